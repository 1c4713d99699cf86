import type { Rejection } from './rejection.ts';

const ORDINAL_DIGITS = 12;
const BRANCH_DIGITS = 6;

/**
 * Where a rejected record stands in its item, as a text for keys of quarantines: `000000000017`; `000000000017.000001` for
 * the second output of `many`; `000000000017.#item` for the note on an item that failed there. Texts of one item sort as its
 * records stand, and no two records share one.
 */
export function rejectionPosition({ ordinal, branch }: Pick<Rejection, 'ordinal' | 'branch'>): string {
  const start = String(ordinal).padStart(ORDINAL_DIGITS, '0');
  if (branch === '') return start;
  const indexes = branch
    .split('.')
    .map((index) => (index.startsWith('#') ? index : index.padStart(BRANCH_DIGITS, '0')));
  return `${start}.${indexes.join('.')}`;
}
