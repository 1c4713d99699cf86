import { MillraceError } from '../millrace-error.ts';
import type { RecordContext } from '../record-context.ts';

/** Parts of a path, in order: `{ feed: 'prices', date: '2026-11-23' }` is `feed=prices/date=2026-11-23/`. */
export type Partition = Readonly<Record<string, string | number | null | undefined>>;

/** Returns where a record belongs. It must be a function of the record and its context alone. */
export type PartitionOf<T> = (record: T, context: RecordContext) => Partition;

/** What Hive, and all that follow it, take for a partition without a value. */
const NO_VALUE = '__HIVE_DEFAULT_PARTITION__';

/** Names that every engine takes as the name of a column. */
const NAME = /^[a-z_][a-z0-9_]*$/i;

/** The characters that Hive escapes in paths, and that its readers bring back. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const ESCAPED = /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

/**
 * Returns the path of a record's partition, with a slash at its end.
 *
 * @throws MillraceError `PARTITION_INVALID`
 */
export function partitionPath<T>(partition: PartitionOf<T>, record: T, context: RecordContext): string {
  let parts: Partition;
  try {
    parts = partition(record, context);
  } catch (cause) {
    // What was thrown may quote the record; it stays in the cause.
    throw partitionInvalid(`it threw ${cause instanceof Error ? cause.name : typeof cause}`, cause);
  }
  if (typeof parts !== 'object' || parts === null) throw partitionInvalid('it returned no object of names and values');
  return Object.entries(parts)
    .map(([name, value], index) => {
      if (!NAME.test(name)) {
        throw partitionInvalid(
          `the name at index ${index} must consist of letters, digits and "_", and not begin with a digit`,
        );
      }
      return `${name}=${escapedValue(index, value)}/`;
    })
    .join('');
}

function escapedValue(index: number, value: unknown): string {
  if (value === undefined || value === null || value === '') return NO_VALUE;
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw partitionInvalid(`the value at index ${index} must be text or a number, not of type ${typeof value}`);
  }
  const text = `${value}`;
  if (!text.isWellFormed()) throw partitionInvalid(`the value at index ${index} is not valid Unicode`);
  return text.replaceAll(ESCAPED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** The refusal of a record whose partition cannot be a path. */
export function partitionInvalid(problem: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'PARTITION_INVALID',
    `The option "partition" does not name a place for the record: ${problem}. Correct the function.`,
    { cause },
  );
}
