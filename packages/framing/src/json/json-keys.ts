import { RecordProblem } from '../record-problem.ts';
import { distinctKeysCheck } from './distinct-keys.ts';
import { repeatedMembers, withoutRepeated } from './duplicate-keys.ts';
import type { JsonParser } from './json-records.ts';

/** What to do about an object that has the same key twice. */
export type DuplicateKeys = 'fail' | 'first' | 'last';

/**
 * Makes a parser of JSON texts that has a policy for an object, at any depth, with the same key twice: `'fail'` returns a
 * {@link RecordProblem} with the code `JSON_KEY_DUPLICATE`; `'first'` and `'last'` take that value. Keys are compared by what they mean, so
 * `"\u0061"` is `"a"`.
 *
 * @param parse parses a text, and takes the last value of such a key, as `JSON.parse` does
 * @param duplicateKeys the policy; `'fail'` by default
 * @example
 * const parseEvents = lineParser({ name: 'parseEvents', signature: '', begin: () => jsonLine(jsonKeys(JSON.parse)) });
 */
export function jsonKeys(parse: JsonParser, duplicateKeys: DuplicateKeys = 'fail'): JsonParser {
  if (duplicateKeys === 'last') return parse;
  const hasDistinctKeys = distinctKeysCheck(parse !== JSON.parse);
  return (text) => {
    const value = parse(text);
    if (hasDistinctKeys(text, value)) return value;
    const repeated = repeatedMembers(text);
    if (repeated.length === 0) return value;
    if (duplicateKeys === 'first') return parse(withoutRepeated(text, repeated));
    // Keys are content.
    const what = `has an object with the same key twice (${repeated.length} in all). Ask the sender for a corrected copy, or set the parser's option "duplicateKeys" to 'first' or 'last'.`;
    return new RecordProblem({ code: 'JSON_KEY_DUPLICATE', what, details: { repeated: repeated.length } });
  };
}
