import type { RecordContext } from '@millrace/core';
import { RecordRefused } from './refusal.ts';

/** Parts of a path, in order: `{ feed: 'prices', date: '2026-11-23' }` is `feed=prices/date=2026-11-23/`. */
export type S3Partition = Readonly<Record<string, string | number | null | undefined>>;

/** Says where a record belongs. It must be a function of the record and its context alone. */
export type PartitionOf<T> = (record: T, context: RecordContext) => S3Partition;

/** What Hive, and all that follow it, take for a partition without a value. */
const NO_VALUE = '__HIVE_DEFAULT_PARTITION__';

/** Names that every engine takes as the name of a column. */
const NAME = /^[a-z_][a-z0-9_]*$/i;

/** The characters that Hive escapes in paths, and that its readers bring back. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const ESCAPED = /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

/** The path of a record's partition, with a slash at its end. */
export function partitionPath<T>(partition: PartitionOf<T>, record: T, context: RecordContext): string {
  let parts: S3Partition;
  try {
    parts = partition(record, context);
  } catch (cause) {
    // What was thrown may quote the record; it stays in the cause.
    throw invalid(`partition threw ${cause instanceof Error ? cause.name : typeof cause}.`, cause);
  }
  if (typeof parts !== 'object' || parts === null)
    throw invalid('partition must return an object of names and values.');
  return Object.entries(parts)
    .map(([name, value], index) => {
      if (!NAME.test(name)) {
        throw invalid(
          `The name of partition ${index} (from 0) must be letters, digits and _, and not begin with a digit.`,
        );
      }
      return `${name}=${escapedValue(index, value)}/`;
    })
    .join('');
}

function escapedValue(index: number, value: unknown): string {
  if (value === undefined || value === null || value === '') return NO_VALUE;
  if (typeof value !== 'string' && typeof value !== 'number')
    throw invalid(`The value of partition ${index} (from 0) must be text or a number, not ${typeof value}.`);
  const text = `${value}`;
  if (!text.isWellFormed()) throw invalid(`The value of partition ${index} (from 0) is not valid Unicode.`);
  return text.replaceAll(ESCAPED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

export function invalid(message: string, cause?: unknown): RecordRefused {
  return new RecordRefused('S3_PARTITION_INVALID', message, cause);
}
