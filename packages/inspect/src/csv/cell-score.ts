import { isNumeric } from '../types/number-shape.ts';

const DATE_LIKE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?$/;
const TIME_LIKE = /^\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?$/;
const WORD = /^[\p{L}\p{N}_-]+$/u;
const PHRASE = /^[\p{L}\p{N}\p{M} _.'’&()/+-]+$/u;
const OTHER_DELIMITERS = /[,;\t|]/;

/** How much a field looks like one: 1 for a number, date or word, less for text that other delimiters would split. */
export function cellScore(cell: string): number {
  const text = cell.trim();
  if (text === '') return 0.75;
  if (text.length < 40) {
    if (isNumeric(text) || WORD.test(text) || DATE_LIKE.test(text) || TIME_LIKE.test(text)) return 1;
    if (PHRASE.test(text)) return 0.95;
  }
  if (OTHER_DELIMITERS.test(text)) return 0.6;
  return 0.85;
}
