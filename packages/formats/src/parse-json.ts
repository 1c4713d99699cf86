import type { Parser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { jsonValueParser } from '@millrace/framing';
import type { DuplicateKeys } from './duplicate-keys.ts';
import { checkDuplicateKeys, checkNumbers, type JsonNumbers, jsonParser } from './json-numbers.ts';

export interface ParseJsonOptions {
  /**
   * Where the records are: `[*]` for the elements of an array, `Records[*]` for those of an array in a field,
   * `data.groups[*].items[*]` for deeper ones, `["a.b"][*]` for a name with a dot; the empty string for the value itself.
   * @default '[*]'
   */
  readonly path?: string;
  /**
   * Fields of the objects around the records to copy into them: the name in the record, and where the field is, such as
   * `{ account: 'owner', group: 'data.groups[*].name' }`. They must stand before the records. @default none
   */
  readonly copy?: Readonly<Record<string, string>>;
  /** Whether several JSON values may follow each other, with or without white space between. @default false */
  readonly concatenated?: boolean;
  /** Where the path leads nowhere: fail the item, or take it for no records. @default 'fail' */
  readonly onMissing?: 'fail' | 'skip';
  /** Characters (UTF-16 units) at most in a record; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
  /**
   * What becomes of a number that no JavaScript number holds, in records and in fields to copy: `'double'` takes the nearest,
   * as `JSON.parse` does; `'exact'` makes it a bigint where it is whole, else a `Decimal`. @default 'double'
   */
  readonly numbers?: JsonNumbers;
  /**
   * What to do about an object, at any depth, that has the same key twice: `'fail'` rejects the record; `'first'` and `'last'` take
   * that value. `JSON.parse` takes the last. @default 'fail'
   */
  readonly duplicateKeys?: DuplicateKeys;
}

/**
 * Parses JSON that holds many records, without ever holding the whole: by default each element of an array is one. A byte
 * order mark that is still there is stripped. What does not lie on the path is passed over, and not checked.
 *
 * A record that is no JSON but whose end is clear is rejected with its line number and its text, and the run goes on. Where
 * the array or object around the records is broken the item fails. `T` is what you say the records are; nothing checks
 * it, so put `validate()` behind.
 *
 * Rejections: `JSON_INVALID`, `JSON_KEY_DUPLICATE`, `JSON_NOT_OBJECT`, `JSON_FIELD_CONFLICT`, `RECORD_TOO_LONG`, and `ENCODING_INVALID` where
 * `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError in a run `JSON_INVALID`, `JSON_TRUNCATED`, `JSON_PATH_MISSING`, `JSON_FIELD_LATE`,
 *   `JSON_FIELD_TOO_LONG`; `details` has `line`, and `byteOffset` where it is known
 */
export function parseJson<T = unknown>(options: ParseJsonOptions = {}): Parser<string, T> {
  checkOptions('parseJson', options, {
    path: check.optional((value) => (typeof value === 'string' ? undefined : 'a string')),
    copy: check.optional(checkCopy),
    concatenated: check.optional(check.flag),
    onMissing: check.optional(check.oneOf('fail', 'skip')),
    maxRecordChars: check.optional(check.integer(1)),
    numbers: checkNumbers,
    duplicateKeys: checkDuplicateKeys,
  });
  const { numbers, duplicateKeys, ...framing } = options;
  return jsonValueParser<T>({
    ...framing,
    name: 'parseJson',
    signature: signatureOf(options),
    parse: jsonParser(numbers, duplicateKeys),
  });
}

function checkCopy(value: unknown): string | undefined {
  const fits =
    typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
  return fits ? undefined : 'an object of paths by the name in the record';
}
