import { MillraceError } from '@millrace/core';
import type { CsvSettings } from './csv-settings.ts';

export type CsvRecord = Readonly<Record<string, unknown>>;

/** Why these names cannot be columns, or `undefined`. It does not quote them: a header row may be a record. */
export function columnsProblem(columns: readonly string[]): string | undefined {
  const seen = new Map<string, number>();
  for (const [index, name] of columns.entries()) {
    if (name === '') return `column ${index + 1} has no name`;
    const first = seen.get(name);
    if (first !== undefined) return `columns ${first + 1} and ${index + 1} have the same name`;
    seen.set(name, index);
  }
  return undefined;
}

/**
 * Makes columns of the fields of a header row.
 *
 * @throws MillraceError `CSV_HEADER_INVALID`
 */
export function headerColumns(
  fields: readonly string[],
  { duplicateColumns, emptyColumns, types }: CsvSettings,
  line: number,
): readonly string[] {
  const free = freeNames(fields);
  const known = new Set<string>();
  const columns: string[] = [];
  for (const [index, field] of fields.entries()) {
    let name = field;
    if (name === '' && emptyColumns === 'number') name = free('column', index + 1);
    else if (name !== '' && duplicateColumns === 'number' && known.has(name)) name = free(name, 2);
    known.add(name);
    columns.push(name);
  }
  const stranger = Object.keys(types).find((name) => !known.has(name));
  // In an old Macintosh file a carriage return alone ends a line, so the whole file would be its header.
  const problem = columns.some((name) => name.includes('\r'))
    ? 'it holds a carriage return; if that is how its lines end, convert them to LF'
    : (columnsProblem(columns) ??
      (stranger === undefined ? undefined : `"types" has a column ${JSON.stringify(stranger)}, which is not there`));
  if (problem !== undefined) throw headerInvalid(problem, line);
  return columns;
}

/**
 * Finds names that no column has: `name_2`, `name_3`, …. What was passed over once is passed over in one step from then on, so
 * that a header of many equal names, or of names that look like numbered ones, takes no longer than any other.
 */
function freeNames(fields: readonly string[]): (name: string, from: number) => string {
  const taken = new Set(fields);
  /** By a name that is taken: a number to go on at. */
  const onwards = new Map<string, number>();
  return (name, from) => {
    const passed: string[] = [];
    let number = from;
    let candidate = `${name}_${number}`;
    while (taken.has(candidate)) {
      passed.push(candidate);
      number = onwards.get(candidate) ?? number + 1;
      candidate = `${name}_${number}`;
    }
    for (const one of passed) onwards.set(one, number);
    taken.add(candidate);
    return candidate;
  };
}

export function headerInvalid(problem: string, line: number): MillraceError {
  return new MillraceError(
    'CSV_HEADER_INVALID',
    `The header row on line ${line} does not name the columns: ${problem}. Have it corrected; a file without a header ` +
      `row needs the option "columns".`,
    { details: { line } },
  );
}

/** Makes records of rows that have as many fields as there are columns. */
export function recordMaker(columns: readonly string[]): (fields: readonly string[]) => Record<string, unknown> {
  // Assigning to `__proto__` would set the prototype, or be lost.
  if (columns.includes('__proto__')) {
    return (fields) => Object.fromEntries(columns.map((name, index) => [name, fields[index]!]));
  }
  return (fields) => {
    const record: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index += 1) record[columns[index]!] = fields[index]!;
    return record;
  };
}
