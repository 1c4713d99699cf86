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

/** Bytes of {@link ABSENT} in a row, and of the quotes, colon and comma around a name. */
const ABSENT_BYTES = 8;
const NAME_FRAME = 4;

/**
 * The records of a pack as text: a first line, then one line for each ordinal from the first to the last, empty where
 * there is no record. Records that are objects become rows under column names, which stand once in the first line; any
 * others, and objects that have too little in common, are written out one by one.
 *
 * @param records at least one, by ascending ordinal
 */
export function packText(records: readonly PackedRecord[]): string {
  const table = tableOf(records);
  const json =
    table === undefined
      ? (index: number) => JSON.stringify(packable(records[index]!.value))
      : (index: number) => rowText(table.columns, table.rows[index]!);
  const lines = [table === undefined ? NO_COLUMNS : JSON.stringify(table.columns)];
  let next = records[0]!.ordinal;
  for (const [index, { ordinal, branch }] of records.entries()) {
    const text = branch === '' ? json(index) : `${branch}${BRANCH_END}${json(index)}`;
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

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Fields[];
}

/** The records as a table; `undefined` where some are no objects, or a table would be the longer text. */
function tableOf(records: readonly PackedRecord[]): Table | undefined {
  const columns = new Set<string>();
  const rows: Fields[] = [];
  let cells = 0;
  let nameBytes = 0;
  for (const { value } of records) {
    const fields = packableFields(value);
    if (fields === undefined) return undefined;
    for (const name of Object.keys(fields)) {
      if (fields[name] === undefined) continue;
      cells += 1;
      nameBytes += name.length + NAME_FRAME;
      columns.add(name);
    }
    rows.push(fields);
  }
  let headBytes = 0;
  for (const name of columns) headBytes += name.length + NAME_FRAME;
  const absent = rows.length * columns.size - cells;
  return headBytes + absent * ABSENT_BYTES > nameBytes ? undefined : { columns: [...columns], rows };
}

function rowText(columns: readonly string[], fields: Fields): string {
  return JSON.stringify(
    columns.map((name) => (Object.hasOwn(fields, name) && fields[name] !== undefined ? fields[name] : ABSENT)),
  );
}
