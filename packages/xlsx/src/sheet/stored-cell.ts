import type { NumberKind } from '../book/number-kind.ts';
import { unescapedText } from '../book/escaped-text.ts';
import type { RecordProblem } from '@millrace/framing';
import { cellProblem } from './cell-problem.ts';
import { nearestNumber } from './exact-number.ts';
import { isoDateText } from './iso-date.ts';

/** What a cell holds, as it is stored. */
export type StoredCell =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'number'; readonly text: string; readonly number: number; readonly kind: NumberKind }
  | { readonly is: 'boolean'; readonly value: boolean }
  /** A date that is stored as a text. */
  | { readonly is: 'date'; readonly text: string }
  | { readonly is: 'error'; readonly error: string };

/** What cells refer to. */
export interface CellTables {
  readonly strings: readonly string[];
  readonly kinds: readonly NumberKind[];
}

/** The attributes of a cell that say what its text is. */
export interface CellAttributes {
  readonly type: string | undefined;
  readonly style: string | undefined;
}

/** Reads a cell: its `v` element's text, by its type. `undefined` for an empty cell; a problem if the text is not of the type. */
export function storedCell(
  text: string,
  { type = 'n', style }: CellAttributes,
  { strings, kinds }: CellTables,
): StoredCell | RecordProblem | undefined {
  if (text === '') return undefined;
  switch (type) {
    case 'n':
      return storedNumber(text, style, kinds);
    case 's': {
      const shared = strings[nearestNumber(text) ?? -1];
      return shared === undefined
        ? cellProblem('refers to a shared string that is not there')
        : { is: 'text', text: shared };
    }
    case 'str':
    case 'inlineStr':
      return { is: 'text', text: unescapedText(text) };
    case 'b': {
      const value = text.trim();
      if (value === '1' || value === 'true') return { is: 'boolean', value: true };
      if (value === '0' || value === 'false') return { is: 'boolean', value: false };
      return cellProblem('is neither true nor false, as its type says');
    }
    case 'd': {
      const date = isoDateText(text.trim());
      return date === undefined ? cellProblem('is not a date, as its type says') : { is: 'date', text: date };
    }
    case 'e':
      return { is: 'error', error: text };
    default:
      return cellProblem('has an unknown type');
  }
}

function storedNumber(
  text: string,
  style: string | undefined,
  kinds: readonly NumberKind[],
): StoredCell | RecordProblem {
  const number = nearestNumber(text);
  if (number === undefined) return cellProblem('is not a number, as its type says');
  const kind = kinds[style === undefined ? 0 : (nearestNumber(style) ?? -1)] ?? 'number';
  return { is: 'number', text, number, kind };
}
