import { check, type OptionCheck } from '@millrace/core/plugin';
import { type JsonParser, RecordProblem } from '@millrace/framing';
import { type DuplicateKeys, repeatedMembers, withoutRepeated } from './duplicate-keys.ts';
import { parseExactJson } from './exact-numbers.ts';

/** What becomes of a number that no JavaScript number holds: the nearest one, or a bigint or `Decimal`. */
export type JsonNumbers = 'double' | 'exact';

export const checkNumbers: OptionCheck = (value) => check.optional(check.oneOf('double', 'exact'))(value);

export const checkDuplicateKeys: OptionCheck = (value) => check.optional(check.oneOf('last', 'first', 'fail'))(value);

/** Makes the function that parses one record. It returns a `RecordProblem` for a key that may not come twice. */
export function jsonParser(numbers: JsonNumbers = 'double', duplicateKeys: DuplicateKeys = 'last'): JsonParser {
  const parse: JsonParser = numbers === 'exact' ? parseExactJson : JSON.parse;
  if (duplicateKeys === 'last') return parse;
  return (text) => {
    const value = parse(text);
    const repeated = repeatedMembers(text);
    if (repeated.length === 0) return value;
    if (duplicateKeys === 'first') return parse(withoutRepeated(text, repeated));
    // Keys are content.
    const what = `has an object with the same key twice (${repeated.length} in all). Have it corrected, or set "duplicateKeys" to 'last' or 'first'.`;
    return new RecordProblem({ code: 'JSON_KEY_DUPLICATE', what, details: { repeated: repeated.length } });
  };
}
