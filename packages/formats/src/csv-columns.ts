import { MillraceError } from '@millrace/core';

export type CsvRecord = Readonly<Record<string, string>>;

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
 * Checks the fields of a header row.
 *
 * @throws MillraceError `CSV_HEADER_INVALID`
 */
export function checkHeader(columns: readonly string[], line: number): void {
  // In an old Macintosh file a carriage return alone ends a line, so the whole file would be its header.
  const problem = columns.some((name) => name.includes('\r'))
    ? 'it holds a carriage return; if that is how its lines end, convert them to LF'
    : columnsProblem(columns);
  if (problem !== undefined) throw headerInvalid(problem, line);
}

export function headerInvalid(problem: string, line: number): MillraceError {
  return new MillraceError(
    'CSV_HEADER_INVALID',
    `The header row on line ${line} names no columns: ${problem}. Have it corrected; a file without a header row needs ` +
      `the option "columns".`,
    { details: { line } },
  );
}

/** Makes records of rows that have as many fields as there are columns. */
export function recordMaker(columns: readonly string[]): (fields: readonly string[]) => CsvRecord {
  // Assigning to `__proto__` would set the prototype, or be lost.
  if (columns.includes('__proto__')) {
    return (fields) => Object.fromEntries(columns.map((name, index) => [name, fields[index]!]));
  }
  return (fields) => {
    const record: Record<string, string> = {};
    for (let index = 0; index < columns.length; index += 1) record[columns[index]!] = fields[index]!;
    return record;
  };
}
