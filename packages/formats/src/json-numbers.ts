import { check, type OptionCheck } from '@millrace/core/plugin';
import { type JsonParser } from '@millrace/framing';
import { parseExactJson } from './exact-numbers.ts';

/** What becomes of a number that no JavaScript number holds: the nearest one, or a bigint or `Decimal`. */
export type JsonNumbers = 'double' | 'exact';

export const checkNumbers: OptionCheck = (value) => check.optional(check.oneOf('double', 'exact'))(value);

export function jsonParser(numbers: JsonNumbers = 'double'): JsonParser {
  return numbers === 'exact' ? parseExactJson : JSON.parse;
}
