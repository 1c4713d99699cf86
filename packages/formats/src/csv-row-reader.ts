/**
 * Reads a row that has no quote, from `start` up to `end`: its record, or nothing where it has more or fewer fields than
 * there are columns.
 */
export type RowReader = (text: string, start: number, end: number) => Record<string, unknown> | undefined;

/**
 * Compiles a reader for these columns: the searches for its delimiters, one after another, and an object literal with the
 * names. That takes half the time of filling an object name by name, as V8 then knows its shape; but compiling takes
 * longer than reading some dozens of rows.
 *
 * @returns nothing where code must not be made of text (a content security policy, or Node's
 *   `--disallow-code-generation-from-strings`), or where a literal would set the prototype
 */
export function rowReader(columns: readonly string[], delimiter: string): RowReader | undefined {
  if (columns.includes('__proto__')) return undefined;
  const last = columns.length - 1;
  const search = (from: number): string => `text.indexOf(${JSON.stringify(delimiter)},p${from}+1)`;
  const searches = columns
    .slice(1)
    .map((_, at) => `const p${at + 1}=${search(at)};if(p${at + 1}===-1||p${at + 1}>=end)return;`);
  const fields = columns.map((name, at) => {
    const end = at === last ? 'end' : `p${at + 1}`;
    return `${JSON.stringify(name)}:text.slice(p${at}+1,${end})`;
  });
  const body = `const p0=start-1;${searches.join('')}const over=${search(last)};if(over!==-1&&over<end)return;return{${fields.join(',')}}`;
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- names and delimiter are literals of JSON
    return new Function('text', 'start', 'end', body) as RowReader;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}
