import { setImmediate as turn } from 'node:timers/promises';
import { isMillraceError, MillraceError, type RangeParser } from '@millrace/core';
import {
  type Block,
  block,
  check,
  checkOptions,
  type ItemRanges,
  type RangesContext,
  type Rejected,
  signatureOf,
} from '@millrace/core/plugin';
import type { RowGroup } from 'hyparquet';
import { withoutBadRows } from './bad-rows.ts';
import { Budget } from './budget.ts';
import { readFooter } from './footer.ts';
import { invalid, unsupported } from './parquet-error.ts';
import { omitsDictionaryHeader } from './old-writers.ts';
import { readRowGroup, type Row } from './row-group-reader.ts';
import { type Field, leavesOf, schemaFields } from './schema.ts';

export interface ParseParquetOptions {
  /** Fields of the record to read, by their names at the top of the schema; the other columns are not fetched. @default all */
  readonly columns?: readonly string[];
  /**
   * Columns of 64-bit integers whose values come as bigint: all, or those named, with dots where they are nested. The others
   * come as numbers, and a record with a value beyond 2^53 is rejected. @default none
   */
  readonly bigints?: boolean | readonly string[];
  /** Whether byte columns that say nothing of their content are text, as old writers left them. @default false */
  readonly binaryAsText?: boolean;
  /** The longest footer, in bytes. What is made of it takes some twenty times as much. @default 8388608 */
  readonly maxFooterBytes?: number;
  /** Bytes of pages, dictionaries and values that may be held at once, over all columns. @default 134217728 */
  readonly maxBufferBytes?: number;
  /** How much of a column is read at once, in bytes; less where there are many columns. @default 1048576 */
  readonly readBytes?: number;
}

/** A record of a Parquet file whose schema nobody has said. */
export type ParquetRecord = Readonly<Record<string, unknown>>;

const LEAST_READ = 16 * 1024;
/** The share of the buffer that what was read but not decompressed yet may have. */
const READ_SHARE = 1 / 4;
const TURN_MS = 10;

/**
 * Makes a codec that reads Parquet files, for the first place behind a source with ranges such as `s3Source()`. Each row is a
 * record. Only the columns asked for are fetched, page by page; row groups that an earlier run has settled are not.
 *
 * Fails its item with `PARQUET_INVALID` for damage, `PARQUET_UNSUPPORTED`, `PARQUET_TOO_LARGE`, `PARQUET_COLUMN_MISSING`. Rejects
 * records with `PARQUET_INTEGER_INEXACT`, `PARQUET_TEXT_INVALID` and `PARQUET_VALUE_INVALID`.
 *
 * @typeParam T what a record is; nothing checks it, so `validate` it
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function parseParquet<T = ParquetRecord>(options: ParseParquetOptions = {}): RangeParser<T> {
  const bytes = check.optional(check.integer(1024, 2 ** 31 - 1));
  checkOptions('parseParquet', options, {
    columns: (value) => (value === undefined || isNames(value) ? undefined : NAMES),
    bigints: (value) =>
      value === undefined || typeof value === 'boolean' || isNames(value) ? undefined : `true, false or ${NAMES}`,
    binaryAsText: check.optional(check.flag),
    maxFooterBytes: bytes,
    maxBufferBytes: bytes,
    readBytes: bytes,
  });
  return Object.freeze<RangeParser<T>>({
    kind: 'range-parser',
    name: 'parseParquet',
    signature: signatureOf(options),
    reportsColumns: true,
    open: (content, context) => openFile<T>(options, content, context),
  });
}

const NAMES = 'a list of names, one at least';

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
}

async function openFile<T>(
  options: ParseParquetOptions,
  given: ItemRanges,
  context: RangesContext,
): ReturnType<RangeParser<T>['open']> {
  const { maxFooterBytes = 8 * 2 ** 20, maxBufferBytes = 128 * 2 ** 20, readBytes = 2 ** 20 } = options;
  const { content, coded } = containing(given, context.signal);
  try {
    const { metadata, start: footerStart } = await readFooter(content, maxFooterBytes);
    const all = schemaFields(metadata.schema, {
      bigint: (path) => options.bigints === true || (Array.isArray(options.bigints) && options.bigints.includes(path)),
      binaryAsText: options.binaryAsText ?? false,
    });
    const fields = chosen(all, options.columns);
    context.reportColumns?.(all.map(({ name }) => name));
    const groups = metadata.row_groups.map((group) => ({ group, rows: rowsOf(group.num_rows) }));
    const declared = Number(metadata.num_rows);
    // parquet-rs before 1.0 always declared 0.
    if (declared !== 0 && declared !== groups.reduce((sum, { rows }) => sum + rows, 0))
      throw invalid('Its row groups have not as many rows as the file');
    if (all.length === 0 && declared > 0) throw unsupported('It has rows, but no columns');
    const { skipped, rest } = behind(groups, context.settled);
    const share = (maxBufferBytes * READ_SHARE) / fields.flatMap(leavesOf).length;
    const state = { bad: false };
    const reading = {
      content,
      footerStart,
      omitsDictionaryHeader: omitsDictionaryHeader(metadata.created_by),
      fields,
      columns: all.flatMap(leavesOf).length,
      readBytes: Math.max(LEAST_READ, Math.min(readBytes, Math.floor(share))),
      budget: new Budget(maxBufferBytes),
      checked: (compared: boolean) => context.count(compared ? 'pagesVerified' : 'pagesUnverified'),
      sawBad: () => void (state.bad = true),
    };

    async function* outputs(): AsyncGenerator<Block<T>, void, undefined> {
      let turned = performance.now();
      try {
        for (const { group, rows } of rest) {
          // Such a group may declare columns at offset 0, without pages.
          if (rows === 0) continue;
          for await (const some of readRowGroup(group, rows, reading)) {
            context.signal.throwIfAborted();
            const records: readonly (Row | Rejected)[] = state.bad ? withoutBadRows(some, context.reject) : some;
            yield block(records as readonly (T | Rejected)[]);
            // A megabyte may hold a million rows; timers and signals get their turn in between.
            if (performance.now() - turned < TURN_MS) continue;
            await turn();
            turned = performance.now();
          }
        }
      } catch (thrown) {
        throw coded(thrown);
      }
    }
    return { skipped, outputs };
  } catch (thrown) {
    throw coded(thrown);
  }
}

/**
 * What breaks on damaged bytes without saying so gets a code. What the source has thrown, and what stopped the run, stays as it
 * is.
 */
function containing(
  { size, read }: ItemRanges,
  signal: AbortSignal,
): {
  readonly content: ItemRanges;
  readonly coded: (thrown: unknown) => unknown;
} {
  const ofSource = new Set<unknown>();
  return {
    content: {
      size,
      read: (start, length) =>
        read(start, length).catch((thrown: unknown) => {
          ofSource.add(thrown);
          throw thrown;
        }),
    },
    coded: (thrown) =>
      isMillraceError(thrown) || ofSource.has(thrown) || signal.aborted ? thrown : invalid('It cannot be read', thrown),
  };
}

function chosen(all: readonly Field[], columns: readonly string[] | undefined): readonly Field[] {
  if (columns === undefined) return all;
  for (const name of columns) {
    if (all.some((field) => field.name === name)) continue;
    const message = `The file has no column ${JSON.stringify(name)}; it has ${all.length} others. Correct the option "columns".`;
    const content = { columns: all.map((field) => field.name) };
    throw new MillraceError('PARQUET_COLUMN_MISSING', message, { details: { column: name, content } });
  }
  return all.filter(({ name }) => columns.includes(name));
}

interface Rows {
  readonly group: RowGroup;
  readonly rows: number;
}

/** Row groups that are settled whole are left out. */
function behind(
  groups: readonly Rows[],
  settled: number,
): { readonly skipped: number; readonly rest: readonly Rows[] } {
  let [index, skipped] = [0, 0];
  while (index < groups.length && skipped + groups[index]!.rows <= settled) skipped += groups[index++]!.rows;
  return { skipped, rest: groups.slice(index) };
}

function rowsOf(stored: bigint): number {
  const rows = Number(stored);
  if (!Number.isSafeInteger(rows) || rows < 0) throw invalid(`A row group declares ${rows} rows`);
  return rows;
}
