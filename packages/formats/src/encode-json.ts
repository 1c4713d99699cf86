import type { Encoder } from '@millrace/core';
import { encodeJsonLine } from '@millrace/core/plugin';

/**
 * Encodes the records of a file as one array of JSON, a record on each line: what `parseJson` reads. Values are those of
 * `encodeNdjson`, and so is the code of a refusal, `JSON_VALUE_UNSUPPORTED`. Files are `.json`.
 *
 * @example
 * const sink = fileSink({ directory: './out', encode: encodeJson() });
 */
export function encodeJson(): Encoder<unknown> {
  return Object.freeze<Encoder<unknown>>({
    kind: 'encoder',
    name: 'encodeJson',
    extension: '.json',
    contentType: 'application/json',
    header: '[\n',
    separator: ',\n',
    footer: '\n]\n',
    encode: (value) => encodeJsonLine(value),
  });
}
