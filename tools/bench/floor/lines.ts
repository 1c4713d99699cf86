import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A V8 string above 64 K characters lives in the space for large objects, where decoding is five times slower. */
const SLICE = 56 * 1024;

/** zlib's default of 16 KB costs twice the time. */
const CHUNK = 256 * 1024;

/** Decodes a body in slices, and answers the text of each. */
export async function* texts(body: Readable, gzipped: boolean, charset: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder(charset);
  const bytes = gzipped ? body.pipe(createGunzip({ chunkSize: CHUNK })) : body;
  if (bytes !== body) body.on('error', (error) => bytes.destroy(error));
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length; at += SLICE) {
      yield decoder.decode(chunk.subarray(at, at + SLICE), { stream: true });
    }
  }
  const last = decoder.decode();
  if (last !== '') yield last;
}

/** Parses NDJSON, and answers the records of a slice at a time. */
export async function* ndjsonRecords(slices: AsyncIterable<string>): AsyncGenerator<readonly unknown[], void> {
  let rest = '';
  for await (const slice of slices) {
    const lines = (rest + slice).split('\n');
    rest = lines.pop()!;
    const records: unknown[] = [];
    for (const line of lines) if (line !== '') records.push(JSON.parse(line));
    yield records;
  }
  if (rest !== '') yield [JSON.parse(rest)];
}
