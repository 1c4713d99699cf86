import { MillraceError } from '@millrace/core';
import type { CsvSettings } from './csv-settings.ts';

export type CsvRecord = Readonly<Record<string, unknown>>;

/** Why these names cannot be columns, or `undefined`. */
export function columnsProblem(columns: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const [index, name] of columns.entries()) {
    if (name === '') return `column ${index + 1} has no name`;
    if (seen.has(name)) return `two columns are named ${JSON.stringify(name)}`;
    seen.add(name);
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
  const taken = new Set(fields);
  const free = (name: string, from: number): string => {
    let number = from;
    while (taken.has(`${name}_${number}`)) number += 1;
    return `${name}_${number}`;
  };
  const columns: string[] = [];
  for (const [index, field] of fields.entries()) {
    let name = field;
    if (name === '' && emptyColumns === 'number') name = free('column', index + 1);
    else if (name !== '' && duplicateColumns === 'number' && columns.includes(name)) name = free(name, 2);
    taken.add(name);
    columns.push(name);
  }
  const stranger = Object.keys(types).find((name) => !columns.includes(name));
  // In an old Macintosh file a carriage return alone ends a line, so the whole file would be its header.
  const problem = columns.some((name) => name.includes('\r'))
    ? 'it holds a carriage return; if that is how its lines end, convert them to LF'
    : (columnsProblem(columns) ??
      (stranger === undefined ? undefined : `"types" has a column ${JSON.stringify(stranger)}, which is not there`));
  if (problem !== undefined) throw headerInvalid(problem, line);
  return columns;
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
