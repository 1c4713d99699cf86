import type { ItemRanges } from '@millrace/core/plugin';
import type { RowGroup } from 'hyparquet';
import type { Budget } from './budget.ts';
import { ColumnReader, type Entries } from './column-reader.ts';
import { assertCodec } from './decompress-page.ts';
import { PageReader } from './page-reader.ts';
import { columnInvalid, columnUnsupported, invalid } from './parquet-error.ts';
import { FieldAssembly } from './record-assembly.ts';
import { type Field, type Leaf, leavesOf } from './schema.ts';

export type Row = Record<string, unknown>;

/** Rows made at once: few at first, as nobody knows how large they are. */
const FIRST_ROWS = 16;
const MOST_ROWS = 1024;
/** Bytes of the values of so many rows that are few, and that are many. */
const FEW_BYTES = 256 * 1024;
const MANY_BYTES = 2 * 1024 * 1024;

export interface RowGroupOptions {
  readonly content: ItemRanges;
  /** Pages lie before it. */
  readonly footerStart: number;
  readonly fields: readonly Field[];
  /** Columns of the file, read or not. */
  readonly columns: number;
  /** As that of a `PageReader`. */
  readonly omitsDictionaryHeader: boolean;
  readonly readBytes: number;
  readonly budget: Budget;
  readonly checked: (compared: boolean) => void;
  readonly sawBad: () => void;
}

/** Reads one row group: a number of rows at a time, each column as far as these go. */
export async function* readRowGroup(
  group: RowGroup,
  rows: number,
  options: RowGroupOptions,
): AsyncGenerator<Row[], void, undefined> {
  const { budget, fields } = options;
  if (group.columns.length !== options.columns) throw invalid('A row group has not the columns of the schema');
  const readers = new Map(fields.flatMap(leavesOf).map((leaf) => [leaf, columnReader(group, leaf, options)]));
  let count = FIRST_ROWS;
  try {
    for (let left = rows; left > 0;) {
      count = Math.min(count, left);
      let bytes = 0;
      const took = (more: number): void => {
        budget.take(more);
        bytes += more;
      };
      yield await nextRows(fields, readers, count, took);
      left -= count;
      budget.give(bytes);
      if (bytes > MANY_BYTES) count = Math.max(1, Math.floor(count / 4));
      else if (bytes < FEW_BYTES) count = Math.min(MOST_ROWS, count * 4);
    }
    for (const reader of readers.values()) await reader.end();
  } finally {
    for (const reader of readers.values()) reader.close();
  }
}

async function nextRows(
  fields: readonly Field[],
  readers: ReadonlyMap<Leaf, ColumnReader>,
  count: number,
  took: (bytes: number) => void,
): Promise<Row[]> {
  const flat = new Map<Field, unknown[]>();
  const nested = new Map<Leaf, Entries>();
  const isFlat = (field: Field): field is Leaf => field.shape === 'leaf' && !field.repeated;
  await allOf(
    fields.flatMap((field) =>
      isFlat(field)
        ? [
            readers
              .get(field)!
              .rows(count, took)
              .then((values) => void flat.set(field, values)),
          ]
        : leavesOf(field).map((leaf) =>
            readers
              .get(leaf)!
              .entries(count, took)
              .then((entries) => void nested.set(leaf, entries)),
          ),
    ),
  );
  const columns = fields.map((field) => {
    const values = flat.get(field);
    const assembly = values === undefined ? new FieldAssembly(field, nested) : undefined;
    return { name: field.name, value: (row: number) => (values === undefined ? assembly!.next() : values[row]) };
  });
  const made: Row[] = [];
  for (let row = 0; row < count; row += 1) {
    const record: Row = {};
    for (const { name, value } of columns) record[name] = value(row);
    made.push(record);
  }
  return made;
}

/** Waits for all of them, so that none reads on when the item is closed; then throws what the first one threw. */
async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) if (result.status === 'rejected') throw result.reason;
}

function columnReader(group: RowGroup, leaf: Leaf, options: RowGroupOptions): ColumnReader {
  const { column, layout } = leaf;
  const { meta_data: meta, file_path: file, crypto_metadata: crypto } = group.columns[column]!;
  if (crypto !== undefined) throw columnUnsupported(leaf, 'is encrypted');
  if (file !== undefined && file !== '') throw columnUnsupported(leaf, 'is in another file');
  if (meta === undefined || meta.type !== layout.type) throw columnInvalid(leaf, 'is not what the schema says');
  assertCodec(meta.codec);
  const data = Number(meta.data_page_offset);
  const dictionary = Number(meta.dictionary_page_offset ?? 0);
  // Where there is no dictionary, some writers say that it is at 0; others do not say that there is one.
  const start = dictionary > 0 ? Math.min(dictionary, data) : data;
  const end = start + Number(meta.total_compressed_size);
  if (!(start >= 4 && end >= start && end <= options.footerStart)) throw columnInvalid(leaf, 'is not in the file');
  const pages = new PageReader({ ...options, start, end });
  return new ColumnReader(leaf, meta.codec, pages, options.budget, options.sawBad);
}
