import { encodeJsonLine } from '../encode-json-line.ts';
import type { Encoder } from '../encoder.ts';

/** The default of sinks: newline-delimited JSON, each record by `encodeJsonLine`. Users have `encodeNdjson`. */
export const ndjsonEncoder: Encoder<unknown> = Object.freeze<Encoder<unknown>>({
  kind: 'encoder',
  name: 'encodeNdjson',
  extension: '.ndjson',
  contentType: 'application/x-ndjson',
  encode: (value) => `${encodeJsonLine(value)}\n`,
});
