import { check, type OptionCheck } from '@millrace/core/plugin';
import { jsonKeys, type JsonParser } from '@millrace/framing';
import type { DuplicateKeys } from './duplicate-keys.ts';
import { parseExactJson } from './exact-numbers.ts';

/** What becomes of a number that no JavaScript number holds: the nearest one, or a bigint or `Decimal`. */
export type JsonNumbers = 'double' | 'exact';

export const checkNumbers: OptionCheck = (value) => check.optional(check.oneOf('double', 'exact'))(value);

export const checkDuplicateKeys: OptionCheck = (value) => check.optional(check.oneOf('fail', 'first', 'last'))(value);

/** Makes the function that parses one record. It returns a `RecordProblem` for a key that may not come twice. */
export function jsonParser(numbers: JsonNumbers = 'double', duplicateKeys?: DuplicateKeys): JsonParser {
  return jsonKeys(numbers === 'exact' ? parseExactJson : JSON.parse, duplicateKeys);
}
