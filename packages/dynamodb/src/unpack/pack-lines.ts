import { BRANCH_END, LINE_END, TAG } from '../pack/layout.ts';
import type { MakeExactNumber } from './numbers.ts';
import { PackProblem } from './pack-problem.ts';
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
 * @throws PackProblem, SyntaxError, or another error if it is not such a text
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
      const value = columns === null ? (tags ? untagged(json, makeExact) : json) : row(columns, json, tags, makeExact);
      yield { ordinal: first + index, branch: parts[at]!, value };
    }
  }
}

/** Columns are names, and never tags: only what is in the cells may have them. */
function row(columns: readonly string[], json: unknown, tags: boolean, makeExact: MakeExactNumber): object {
  const cells = json as readonly unknown[];
  if (cells.length !== columns.length)
    throw new PackProblem(`a row has ${cells.length} cells for ${columns.length} columns`);
  const fields: Record<string, unknown> = {};
  for (const [index, name] of columns.entries()) {
    const cell = cells[index];
    if (tags && isAbsent(cell)) continue;
    const value = tags ? untagged(cell, makeExact) : cell;
    // Assigning to `__proto__` would set the prototype.
    if (name === '__proto__')
      Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
    else fields[name] = value;
  }
  return fields;
}

/** A map of the one name `$` has got a second one. */
function isAbsent(cell: unknown): boolean {
  return typeof cell === 'object' && cell !== null && Object.hasOwn(cell, TAG) && Object.keys(cell).length === 1;
}
