import { ABSENT, BRANCH_END, LINE_END, NO_COLUMNS } from './layout.ts';
import { packable, packableFields } from './pack-value.ts';

/** A record of a pack, without what all of them share. */
export interface PackedRecord {
  readonly ordinal: number;
  readonly branch: string;
  /** The record, or the attributes that it has beside landing's. */
  readonly value: unknown;
}

type Fields = Readonly<Record<string, unknown>>;
type Cells = readonly unknown[];

/** Bytes of {@link ABSENT} in a row, and of the quotes, colon and comma around a name. */
const ABSENT_BYTES = 8;
const NAME_FRAME = 4;

/**
 * The records of a pack as text: a first line, then one line for each ordinal from the first to the last, empty where
 * there is no record. Records that are objects become rows under column names, which stand once in the first line; any
 * others, and objects that have too little in common, are written out one by one.
 *
 * @param records at least one, by ascending ordinal
 * @param exact whether JSON is known to say each of them exactly; see `exactWeight`
 */
export function packText(records: readonly PackedRecord[], exact = false): string {
  const fields = fieldsOf(records, exact);
  const columns = fields && columnsOf(fields, exact);
  const json =
    fields === undefined || columns === undefined
      ? records.map(({ value }) => JSON.stringify(exact ? value : packable(value)))
      : rowTexts(fields.map((one) => cellsOf(one, columns, exact)));
  const lines = [columns === undefined ? NO_COLUMNS : JSON.stringify(columns)];
  let next = records[0]!.ordinal;
  for (let index = 0; index < records.length; index += 1) {
    const { ordinal, branch } = records[index]!;
    const text = branch === '' ? json[index]! : `${branch}${BRANCH_END}${json[index]!}`;
    if (ordinal < next) {
      lines.push(`${lines.pop()!}${BRANCH_END}${text}`);
      continue;
    }
    for (; next < ordinal; next += 1) lines.push('');
    lines.push(text);
    next += 1;
  }
  return lines.join(LINE_END);
}

/** Returns the fields of each record; `undefined` if some are not objects. */
function fieldsOf(records: readonly PackedRecord[], exact: boolean): readonly Fields[] | undefined {
  const all: Fields[] = [];
  for (const { value } of records) {
    const fields = exact ? exactFields(value) : packableFields(value);
    if (fields === undefined) return undefined;
    all.push(fields);
  }
  return all;
}

function exactFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The columns of a table of them; `undefined` where a table would be the longer text. */
function columnsOf(rows: readonly Fields[], exact: boolean): readonly string[] | undefined {
  const first = Object.keys(rows[0]!);
  if (exact && rows.every((fields) => hasNames(fields, first))) return first;
  const columns = new Set<string>();
  let cells = 0;
  let nameBytes = 0;
  for (const fields of rows) {
    for (const name of Object.keys(fields)) {
      if (fields[name] === undefined) continue;
      cells += 1;
      nameBytes += name.length + NAME_FRAME;
      columns.add(name);
    }
  }
  let headBytes = 0;
  for (const name of columns) headBytes += name.length + NAME_FRAME;
  const absent = rows.length * columns.size - cells;
  return headBytes + absent * ABSENT_BYTES > nameBytes ? undefined : [...columns];
}

/** Whether the object has these names, in this order, and no others. */
function hasNames(fields: Fields, names: readonly string[]): boolean {
  const own = Object.keys(fields);
  if (own.length !== names.length) return false;
  for (let index = 0; index < own.length; index += 1) if (own[index] !== names[index]) return false;
  return true;
}

function cellsOf(fields: Fields, columns: readonly string[], exact: boolean): Cells {
  if (exact && hasNames(fields, columns)) return Object.values(fields);
  return columns.map((name) => (Object.hasOwn(fields, name) && fields[name] !== undefined ? fields[name] : ABSENT));
}

const ROW_END = '],[';

/**
 * The text of each row, made in one go, which costs a third less than one by one. Where rows end shows, unless some
 * of them hold the same characters.
 */
function rowTexts(rows: readonly Cells[]): readonly string[] {
  const texts = JSON.stringify(rows).slice(2, -2).split(ROW_END);
  return texts.length === rows.length ? texts.map((text) => `[${text}]`) : rows.map((row) => JSON.stringify(row));
}
