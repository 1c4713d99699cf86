import { Buffer } from 'node:buffer';
import { feed, map, type Parser, type Rejection } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { memorySink, memorySource } from '@millrace/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv, parseFixedWidth, parseJson, parseLines, parseNdjson, parseRegex } from '../src/index.ts';

interface Kept {
  readonly ordinal: number;
  readonly code: string;
  readonly line: number | undefined;
  readonly byteOffset: number | undefined;
  readonly raw: string | Uint8Array | undefined;
}

/** Sends bytes through decodeText and a parser; the sink's records are rejected too, so that every place is asked for. */
async function run(
  parser: Parser<string, unknown>,
  charset: string,
  chunks: readonly Uint8Array[],
  onInvalid: 'fail' | 'reject-record' = 'reject-record',
): Promise<{ readonly kept: readonly Kept[]; readonly error: unknown }> {
  const quarantine = memorySink<Rejection>();
  const report = await feed('offsets')
    .from(memorySource({ objects: { a: chunks } }))
    .through(decodeText(charset, { onInvalid }))
    .through(parser)
    .through(
      map(() => {
        throw new Error('refused, to ask for its place');
      }),
    )
    .to(memorySink())
    .run([{ name: 'a' }], {
      quarantine,
      maxRejections: { count: 100_000, share: 1 },
      allRejected: 'accept',
      expect: { records: { min: 0 } },
      onFailure: 'report',
    });
  const kept = quarantine
    .values()
    .filter(({ scope }) => scope === undefined)
    .map(({ ordinal, code, line, byteOffset, raw }) => ({ ordinal, code, line, byteOffset, raw }));
  return { kept: kept.sort((a, b) => a.ordinal - b.ordinal), error: report.reports[0]?.error?.code };
}

function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const sorted = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return sorted.map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

const PARSERS: Readonly<Record<string, Parser<string, unknown>>> = {
  parseNdjson: parseNdjson(),
  parseCsv: parseCsv({ columns: ['a', 'b'] }),
  parseLines: parseLines(),
  'parseLines, joined': parseLines({ multiline: { start: /^[1"]/ } }),
  parseRegex: parseRegex(/^"?(?<a>[^"]*)/, { maxMatchMillis: 0 }),
  parseFixedWidth: parseFixedWidth({ columns: [{ name: 'a', width: 1 }], longLines: 'cut' }),
};
const encode: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'utf-8': (text) => Buffer.from(text),
  'utf-16le': (text) => Buffer.from(text, 'utf16le'),
  'utf-16': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'iso-8859-1': (text) => Buffer.from(text.replaceAll(/[^\0-\xFF]/g, '?'), 'latin1'),
};
const unit = fc.constantFrom(
  '"',
  '""',
  '1',
  ',',
  'é',
  '日',
  '😀',
  '\n',
  '\n',
  '\r\n',
  '1,2\n',
  '"é"\n',
  '"\n"',
  '{}\n',
);
const text = fc.array(unit, { maxLength: 40 }).map((units) => units.join(''));
const cuts = fc.array(fc.nat({ max: 120 }), { maxLength: 8 });

describe.each(Object.entries(PARSERS))('%s behind decodeText', (_, parser) => {
  it.each(Object.entries(encode))(
    '%s: raw text stands at the byte offset, however bytes are cut',
    async (charset, to) => {
      await fc.assert(
        fc.asyncProperty(text, cuts, async (whole, places) => {
          const bytes = to(whole);
          const { kept, error } = await run(parser, charset, cutAt(bytes, places), 'fail');
          expect(error).toBeUndefined();
          expect(kept).toEqual((await run(parser, charset, [bytes], 'fail')).kept);
          for (const { raw, byteOffset } of kept) {
            const rawBytes = to(String(raw)).subarray(to('').length);
            const there = bytes.subarray(byteOffset, byteOffset! + rawBytes.length);
            expect(Buffer.from(there).equals(rawBytes)).toBe(true);
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it('rejects what holds bytes that are no text, with its bytes, and no other record', async () => {
    const byte = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...Buffer.from('"1,2é日{}a')) },
      { weight: 2, arbitrary: fc.constantFrom(0x0a) },
      { weight: 1, arbitrary: fc.constantFrom(0xff, 0x80, 0xe2, 0xf0, 0x0d) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { maxLength: 60 }), cuts, async (values, places) => {
        const bytes = Uint8Array.from(values);
        const { kept, error } = await run(parser, 'utf-8', cutAt(bytes, places));
        expect(error).toBeUndefined();
        expect(kept).toEqual((await run(parser, 'utf-8', [bytes])).kept);
        for (const { raw, byteOffset, code } of kept) {
          const isDamaged = typeof raw !== 'string';
          const rawBytes = isDamaged ? raw! : Buffer.from(raw);
          expect(Buffer.from(bytes.subarray(byteOffset, byteOffset! + rawBytes.length)).equals(rawBytes)).toBe(true);
          expect(isDamaged).toBe(code === 'ENCODING_INVALID');
          expect(Buffer.from(Buffer.from(rawBytes).toString()).equals(rawBytes)).toBe(!isDamaged);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('parseJson behind decodeText', () => {
  const parser = parseJson({ path: 'r[*]' });

  it('says where each record stands, and rejects those that hold bytes which are no text', async () => {
    const piece = fc.constantFrom('é', '日', '😀', ',', '[', '\\\\', '\\"', '\n', '\xFF');
    const record = fc.array(piece, { maxLength: 6 }).map((units) => `"${units.join('').replaceAll('\n', ' ')}"`);
    const records = fc.array(fc.tuple(record, fc.constantFrom(',', ' ,\r\n', ',\n\n')), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(records, cuts, async (parts, places) => {
        const head = '\uFEFF{"é":"[",\n"r": [';
        const whole = `${head}${parts.map(([raw, comma]) => raw + comma).join('')}0]}`;
        // One byte that UTF-8 does not have, for each U+00FF.
        const encoded = (text: string): Buffer =>
          Buffer.concat(
            text
              .split('\xFF')
              .flatMap((some, at) => (at === 0 ? [Buffer.from(some)] : [Buffer.of(0xff), Buffer.from(some)])),
          );
        const bytes = encoded(whole);
        const { kept, error } = await run(parser, 'utf-8', cutAt(bytes, places));
        expect(error).toBeUndefined();
        let at = encoded(head).length;
        let line = 2;
        for (const [ordinal, [raw, comma]] of parts.entries()) {
          const { raw: told, ...place } = kept[ordinal]!;
          const isDamaged = raw.includes('\xFF');
          const code = isDamaged ? 'ENCODING_INVALID' : 'TRANSFORM_THREW';
          expect(place).toEqual({ ordinal, code, line, byteOffset: at });
          expect(isDamaged ? Buffer.from(told as Uint8Array) : told).toEqual(isDamaged ? encoded(raw) : raw);
          at += encoded(raw + comma).length;
          line += comma.split('\n').length - 1;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('fails the item where the damage is in a name, and passes over it elsewhere', async () => {
    const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
    expect((await run(parser, 'utf-8', [bytes('{"a\xFF":1,"r":[1]}')])).error).toBe('ENCODING_INVALID');
    expect((await run(parser, 'utf-8', [bytes('{"a":"\xFF","r":[1]}')])).kept).toMatchObject([{ raw: '1' }]);
    expect((await run(parser, 'utf-8', [bytes('{"a":1 \xFF,"r":[1]}')])).error).toBe('JSON_INVALID');
  });
});

describe("decodeText's 'reject-record'", () => {
  it('lets the other lines land', async () => {
    const quarantine = memorySink<Rejection>();
    const sink = memorySink<unknown>();
    const bytes = Buffer.concat([Buffer.from('{"a":1}\r\n{"a":"x'), Buffer.of(0xe9), Buffer.from('y"}\r\n{"a":3}\n')]);
    const report = await feed('mixed')
      .from(memorySource({ objects: { a: [bytes] } }))
      .through(decodeText('utf-8', { onInvalid: 'reject-record' }))
      .through(parseNdjson())
      .to(sink)
      .run([{ name: 'a' }], { quarantine });
    expect(report.totals).toMatchObject({ read: 3, written: 2, rejected: 1 });
    const { stage, code, line, byteOffset, raw, ordinal, message, details } = quarantine.values()[0]!;
    expect({ stage, code, line, byteOffset, ordinal }).toEqual({
      stage: 'parseNdjson',
      code: 'ENCODING_INVALID',
      line: 2,
      byteOffset: 9,
      ordinal: 1,
    });
    expect(Buffer.from(raw as Uint8Array).toString('latin1')).toBe('{"a":"xéy"}');
    expect(message).toContain('line 2 is damaged. The byte at offset 16 is not a character of utf-8');
    expect(details).toEqual({ charset: 'utf-8', byteOffset: 16, content: { bytes: 'e9' } });
  });

  it('fails the item where the header row is damaged', async () => {
    const bytes = Buffer.from('612cff0a312c320a', 'hex');
    expect(await run(parseCsv(), 'utf-8', [bytes])).toEqual({ kept: [], error: 'CSV_HEADER_INVALID' });
  });

  it('fails the item where the parser cannot reject', async () => {
    const { takesDamage: _, ...unaware } = parseNdjson();
    expect(await run(unaware, 'utf-8', [Buffer.from('31ff0a', 'hex')])).toEqual({
      kept: [],
      error: 'ENCODING_INVALID',
    });
    expect(await run(unaware, 'utf-8', [Buffer.from('310a', 'hex')])).toMatchObject({ kept: [{ ordinal: 0 }] });
  });

  it('cannot replay bytes', () => {
    const { reparse } = parseNdjson();
    expect(() => reparse!({ raw: Uint8Array.of(0xff), code: 'ENCODING_INVALID' })).toThrow(
      expect.objectContaining({ code: 'REPLAY_IMPOSSIBLE' }),
    );
    expect(reparse!({ raw: '1', code: 'ENCODING_INVALID' })).toBe(1);
  });
});
