import { BRANCH_END, LINE_END, TAG } from '../pack/layout.ts';
import type { MakeExactNumber } from './numbers.ts';
import { untagged } from './untagged.ts';

/** A record of a pack, with its place. */
export interface LineRecord {
  readonly ordinal: number;
  /** Empty but for the outputs of `many`. */
  readonly branch: string;
  readonly value: unknown;
}

/**
 * Reads the text of a pack, which `packText` wrote.
 *
 * @throws SyntaxError where it is no such text
 */
export function* packLines(text: string, first: number, makeExact: MakeExactNumber): Generator<LineRecord> {
  const [head, ...lines] = text.split(LINE_END);
  const columns = JSON.parse(head!) as readonly string[] | null;
  const tags = text.includes(`{"${TAG}`);
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const parts = line.split(BRANCH_END);
    // One part is a record; several are branches, each before its record.
    if (parts.length === 1) parts.unshift('');
    for (let at = 0; at < parts.length; at += 2) {
      const json = JSON.parse(parts[at + 1]!) as unknown;
      const fields = columns === null ? json : row(columns, json as readonly unknown[], tags);
      const value = tags ? rowOrValue(columns, fields, makeExact) : fields;
      yield { ordinal: first + index, branch: parts[at]!, value };
    }
  }
}

function row(columns: readonly string[], cells: readonly unknown[], tags: boolean): Readonly<Record<string, unknown>> {
  if (cells.length !== columns.length) throw new SyntaxError(`${cells.length} cells for ${columns.length} columns`);
  const fields = columns.map((name, index) => [name, cells[index]] as const);
  return Object.fromEntries(tags ? fields.filter(([, cell]) => !isAbsent(cell)) : fields);
}

/** Columns are names, never tags: only what is in the cells may have them. */
function rowOrValue(columns: readonly string[] | null, value: unknown, makeExact: MakeExactNumber): unknown {
  if (columns === null) return untagged(value, makeExact);
  return Object.fromEntries(
    Object.entries(value as object).map(([name, cell]) => [name, untagged(cell, makeExact)] as const),
  );
}

/** A map of the one name `$` has got a second one. */
function isAbsent(cell: unknown): boolean {
  return typeof cell === 'object' && cell !== null && Object.hasOwn(cell, TAG) && Object.keys(cell).length === 1;
}
