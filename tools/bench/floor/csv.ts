type Row = Readonly<Record<string, string>>;

/**
 * Parses CSV of the suite's own making, and answers the rows of a slice at a time: no checks and no errors, which makes it
 * a floor and no parser.
 */
export async function* csvRecords(slices: AsyncIterable<string>): AsyncGenerator<readonly Row[], void> {
  let rest = '';
  let make: ((fields: readonly string[]) => Row) | undefined;
  for await (const slice of slices) {
    const text = rest + slice;
    const rows: Row[] = [];
    let at = 0;
    while (at < text.length) {
      const [fields, next] = row(text, at);
      if (next === -1) break;
      at = next;
      if (make === undefined) make = rowMaker(fields);
      else rows.push(make(fields));
    }
    rest = text.slice(at);
    yield rows;
  }
}

/** The fields of the row at `from`, and where the next begins; -1 where the text ends before the row does. */
function row(text: string, from: number): readonly [readonly string[], number] {
  const newline = text.indexOf('\n', from);
  if (newline === -1) return [[], -1];
  const line = text.slice(from, newline);
  if (!line.includes('"')) return [line.split(','), newline + 1];
  const fields: string[] = [];
  let at = from;
  for (;;) {
    let end: number;
    if (text[at] === '"') {
      end = at + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (end === -1 || end + 1 >= text.length) return [[], -1];
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      fields.push(text.slice(at + 1, end).replaceAll('""', '"'));
      end += 1;
    } else {
      end = at;
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') end += 1;
      fields.push(text.slice(at, end));
    }
    if (end >= text.length) return [[], -1];
    at = end + 1;
    if (text[end] === '\n') return [fields, at];
  }
}

/** Objects of one shape, made by a literal: faster than setting property after property. */
function rowMaker(names: readonly string[]): (fields: readonly string[]) => Row {
  const members = names.map((name, index) => `${JSON.stringify(name)}: fields[${index}]`).join(', ');
  // oxlint-disable-next-line typescript/no-implied-eval -- the names are the suite's own
  return new Function('fields', `return { ${members} };`) as (fields: readonly string[]) => Row;
}
