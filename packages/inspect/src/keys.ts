import type { ColumnFinding, KeyCandidate } from './finding.ts';

const KEY_NAME =
  /(?:^|[_\s.-])(?:id|key|uuid|guid|code|sku|no|nr|number|isbn|iata|iso)$|^(?:id|key|code)|(?:Id|ID|Key|Code)$/;
const MOST = 5;

/** Columns that are unique in what was seen, those that are named and typed like a key first. */
export function keyCandidates(
  columns: readonly ColumnFinding[],
  records: number,
  complete: boolean,
): readonly KeyCandidate[] {
  if (records < 2) return [];
  return columns
    .filter(({ unique, type, nullable }) => unique && !nullable && type.value !== 'decimal' && type.value !== 'boolean')
    .map((column, index) => ({ columns: [column.name], confidence: keyConfidence(column, index, records, complete) }))
    .toSorted((left, right) => right.confidence - left.confidence)
    .slice(0, MOST);
}

function keyConfidence({ name, type }: ColumnFinding, index: number, records: number, complete: boolean): number {
  const named = KEY_NAME.test(name) ? 0.35 : 0;
  const typed = type.value === 'integer' || type.value === 'text' ? 0.15 : 0;
  const placed = index === 0 ? 0.1 : 0;
  const seen = 0.3 * (1 - 0.95 ** records);
  return Math.round(Math.min(complete ? 0.95 : 0.85, named + typed + placed + seen) * 100) / 100;
}
