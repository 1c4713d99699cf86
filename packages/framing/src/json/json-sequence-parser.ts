import type { Parser } from '@millrace/core';
import { reparseLine } from '../lines/reparse-line.ts';
import { type ParseLine, RecordProblem, SKIP } from '../record-problem.ts';
import { MAX_RECORD_CHARS } from '../text/record-text.ts';
import { jsonFault } from './json-fault.ts';
import { jsonKeys } from './json-keys.ts';
import type { JsonParser } from './json-records.ts';
import { startJsonSequence } from './json-sequence-stage.ts';

/** What {@link jsonSequenceParser} makes a parser of. */
export interface JsonSequenceParserSettings {
  /** The verb that users write. It names the stage in errors and reports. */
  readonly name: string;
  /** Text that differs if the parser may make other records of the same text, such as `signatureOf(options)`. */
  readonly signature: string;
  /** Characters (UTF-16 units) at most in a record; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number | undefined;
  /** Parses the text of a value. @default `JSON.parse`, and rejects an object that has a key twice */
  readonly parse?: JsonParser | undefined;
}

/** A number or word at the outermost level: only what follows shows that it is whole. */
const OPEN_END = /[\w.+-]$/;

/**
 * Makes a parser of JSON text sequences (RFC 7464): each value follows a record separator (U+001E) and ends in a line feed.
 * A value that is not valid JSON, or that may have been cut, is rejected, and the next separator goes on.
 *
 * @example
 * export const parseFeatures = (): Parser<string, unknown> => jsonSequenceParser({ name: 'parseFeatures', signature: '' });
 */
export function jsonSequenceParser<T>(settings: JsonSequenceParserSettings): Parser<string, T> {
  const { name, signature, maxRecordChars = MAX_RECORD_CHARS, parse = jsonKeys(JSON.parse) } = settings;
  const parseText: ParseLine<unknown> = (text) => {
    let value: unknown;
    try {
      value = parse(text);
    } catch (cause) {
      // Separators in a row have nothing between them.
      if (/^[ \t\r\n]*$/.test(text)) return SKIP;
      const what = `begins a record that is not valid JSON: ${jsonFault(text)}.`;
      return new RecordProblem({ code: 'JSON_INVALID', what, cause });
    }
    if (!OPEN_END.test(text)) return value;
    const what =
      'begins a record that may be cut: neither white space nor a bracket nor a quote ends it. Ask the sender for a new copy.';
    return new RecordProblem({ code: 'JSON_TRUNCATED', what });
  };
  return Object.freeze<Parser<string, T>>({
    kind: 'parser',
    name,
    signature,
    takesDamage: true,
    start: (context) => startJsonSequence({ maxRecordChars, parse: parseText as ParseLine<T> }, context),
    // The raw text of a record is without its line feed, which only a record that may be cut did not have.
    reparse: (rejected) => {
      const end = rejected.code === 'JSON_TRUNCATED' ? '' : '\n';
      return reparseLine<T>((text) => (parseText as ParseLine<T>)(`${text}${end}`), rejected);
    },
  });
}
