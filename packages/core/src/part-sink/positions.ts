import type { RecordContext } from '../record-context.ts';

/** The places of records in their item: `17`, and for an output of `many` `17.0`. */
export function positionOf({ ordinal, branch }: Pick<RecordContext, 'ordinal' | 'branch'>): string {
  return branch === '' ? `${ordinal}` : `${ordinal}.${branch}`;
}

/** Positions in order as text: ordinals that follow each other are a range, as in `0-16,18,20.0,20.1`. */
export function positionRanges(positions: Iterable<string>): string {
  const ranges: string[] = [];
  let first = -1;
  let last = -1;
  const close = (): void => {
    if (first >= 0) ranges.push(first === last ? `${first}` : `${first}-${last}`);
    first = -1;
  };
  for (const position of positions) {
    const ordinal = position.includes('.') ? -1 : Number(position);
    if (ordinal >= 0 && first >= 0 && ordinal === last + 1) {
      last = ordinal;
      continue;
    }
    close();
    if (ordinal < 0) ranges.push(position);
    else first = last = ordinal;
  }
  close();
  return ranges.join(',');
}

/** Whether a text of {@link positionRanges} has a position. */
export function holdsPosition(ranges: string, position: string): boolean {
  const ordinal = position.includes('.') ? Number.NaN : Number(position);
  return ranges.split(',').some((range) => {
    if (range === position) return true;
    const [first, last] = range.split('-');
    return last !== undefined && ordinal >= Number(first) && ordinal <= Number(last);
  });
}
