import type { Parser } from '@millrace/core';
import type { RecordProblem } from '../record-problem.ts';
import { MAX_RECORD_CHARS } from '../text/record-text.ts';
import { jsonKeys } from './json-keys.ts';
import { copiedFields, jsonPath } from './json-path.ts';
import { type CopiedValues, type JsonParser, jsonRecord, reparseJson } from './json-records.ts';
import { startJson } from './json-stage.ts';

/** What {@link jsonValueParser} makes a parser of. */
export interface JsonValueParserSettings<T> {
  /** The verb that users write. It names the stage in errors and reports. */
  readonly name: string;
  /** Text that differs if the parser may make other records of the same text, such as `signatureOf(options)`. */
  readonly signature: string;
  /** Where the records are, such as `Records[*]`. @default '[*]' */
  readonly path?: string | undefined;
  /** Fields of the objects around the records to copy into them: the name in the record, and the path. @default none */
  readonly copy?: Readonly<Record<string, string>> | undefined;
  /** Whether several JSON values may follow each other. @default false */
  readonly concatenated?: boolean | undefined;
  /** What to do if the path leads nowhere: fail the object, or take it for no records. @default 'fail' */
  readonly onMissing?: 'fail' | 'skip' | undefined;
  /** Characters (UTF-16 units) at most in a record; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number | undefined;
  /** Parses the text of a value. @default `JSON.parse`, and rejects an object that has a key twice */
  readonly parse?: JsonParser | undefined;
  /** Makes the record of a value, or says what is wrong with it. @default the value */
  readonly refine?: ((value: unknown) => T | RecordProblem) | undefined;
}

/**
 * Makes a parser of the JSON values at a path, which never holds the whole document. For authors of formats. What is not on
 * the path is passed over and not checked.
 *
 * @throws MillraceError `OPTION_INVALID` if `path` or `copy` cannot be read
 * @example
 * export const parseTrail = (): Parser<string, unknown> =>
 *   jsonValueParser({ name: 'parseTrail', signature: '', path: 'Records[*]' });
 */
export function jsonValueParser<T>(settings: JsonValueParserSettings<T>): Parser<string, T> {
  const { name, signature, copy = {}, concatenated = false, onMissing = 'fail' } = settings;
  const { maxRecordChars = MAX_RECORD_CHARS, parse = jsonKeys(JSON.parse) } = settings;
  const { refine = (value: unknown) => value as T } = settings;
  const path = jsonPath(name, 'path', settings.path ?? '[*]');
  const copies = copiedFields(name, path, copy);
  const hasCopies = Object.keys(copy).length > 0;
  const toRecord = (text: string, copied: CopiedValues | undefined): T | RecordProblem =>
    jsonRecord(text, parse, copied, refine);
  return Object.freeze<Parser<string, T>>({
    kind: 'parser',
    name,
    signature,
    takesDamage: true,
    start: (context) => startJson({ path, copies, concatenated, onMissing, maxRecordChars, parse, toRecord }, context),
    reparse: (rejected) => reparseJson(hasCopies, toRecord, rejected),
  });
}
