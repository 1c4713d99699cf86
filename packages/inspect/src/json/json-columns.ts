import { columnType } from '../types/column-type.ts';
import { dateShape } from '../types/date-shape.ts';
import type { ColumnFinding, ColumnKind } from '../finding.ts';
import { type Guess, guess } from '../guess.ts';

const MOST_COLUMNS = 500;
const MOST_DISTINCT = 20;

/**
 * Finds the fields of records that are objects, and what they hold.
 *
 * @param untyped whether all values are texts, as in XML, so that numbers are looked for in them
 */
export function jsonColumns(records: readonly unknown[], complete: boolean, untyped = false): readonly ColumnFinding[] {
  const values = new Map<string, unknown[]>();
  let objects = 0;
  for (const record of records) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) continue;
    objects += 1;
    for (const [name, value] of Object.entries(record)) {
      const known = values.get(name);
      if (known !== undefined) known.push(value);
      else if (values.size < MOST_COLUMNS) values.set(name, [value]);
    }
  }
  return [...values].map(([name, seen]) => {
    if (!untyped || !seen.every(isText)) return { name, ...jsonColumn(seen, objects, complete) };
    const absent = objects - seen.length;
    const { finding } = columnType(seen, complete);
    const nullable = finding.nullable || absent > 0;
    return { name, ...finding, nullable, empty: finding.empty + absent, unique: finding.unique && absent === 0 };
  });
}

function jsonColumn(seen: readonly unknown[], records: number, complete: boolean): Omit<ColumnFinding, 'name'> {
  const filled = seen.filter((value) => value !== null);
  const kinds = new Set(filled.map(kindOf));
  if (kinds.has('decimal')) kinds.delete('integer');
  const [first] = kinds;
  const kind: ColumnKind = kinds.size === 0 ? 'empty' : kinds.size === 1 ? first! : 'mixed';
  const sure = complete
    ? 0.99
    : kind === 'mixed' || kind === 'decimal'
      ? 0.97
      : Math.min(0.89, 1 - 0.4 * 0.9 ** filled.length);
  const empty = records - filled.length;
  const texts = kind === 'text' ? filled.map(String) : [];
  const distinct = new Set(kind === 'object' || kind === 'array' || kind === 'mixed' ? [] : filled.map(String));
  const dates = kind === 'text' ? dateShape(texts.slice(0, 5000).map((text) => text.trim())) : undefined;
  const count = Math.min(filled.length, 20);
  return {
    type:
      dates === undefined ? guess(kind, sure) : guess(dates.kind, Math.min(sure, 1 - 0.4 * 0.8 ** count), 'text', 0.3),
    ...(dates !== undefined && { format: formatGuess(dates.format, dates.other, sure) }),
    nullable: empty > 0,
    empty,
    nulls: [],
    unique: distinct.size === filled.length && empty === 0 && filled.length > 1,
    ...(distinct.size > 0 &&
      distinct.size <= MOST_DISTINCT &&
      filled.length >= 3 * distinct.size && { values: [...distinct].toSorted() }),
  };
}

function formatGuess(format: string, other: string | undefined, sure: number): Guess<string> {
  return guess(format, other === undefined ? sure : Math.min(sure, 0.6), other, 0.4);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function kindOf(value: unknown): ColumnKind {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal';
  return Array.isArray(value) ? 'array' : 'object';
}
