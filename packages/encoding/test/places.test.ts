import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../src/index.ts';
import { SAMPLES } from './charsets.ts';
import { cutAt, drive, pieces } from './drive.ts';

const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 8 });

/** Every place where a character of the outputs begins: its byte offset, and the text up to it. */
function* begins(driven: ReturnType<typeof drive>): Generator<{ readonly offset: number; readonly before: string }> {
  let text = '';
  for (const [index, chunk] of driven.outputs.entries()) {
    const { byteOffset } = driven.places[index]!;
    // Asked in any order: from the end here, and from the beginning below.
    const fromEnd = Array.from({ length: chunk.length + 1 }, (_, at) => byteOffset(chunk.length - at)).reverse();
    for (let at = 0; at <= chunk.length; at += 1) {
      // The second half of a pair, and in Big5 a letter's mark that is written in the same two bytes, begin nowhere.
      if ((chunk.charCodeAt(at) & 0xfc00) === 0xdc00 || chunk[at] === '\u0304') continue;
      expect(byteOffset(at)).toBe(fromEnd[at]);
      yield { offset: byteOffset(at), before: text + chunk.slice(0, at) };
    }
    text += chunk;
  }
}

describe('byte offsets', () => {
  it.each(SAMPLES)('$charset: are where the characters stand in the bytes, however they are cut', (sample) => {
    const codec = decodeText(sample.charset);
    const copy = Buffer.concat([sample.bytes, sample.bytes, sample.bytes]);
    const textOf = (bytes: Uint8Array): string => drive(codec, [bytes]).text;
    fc.assert(
      fc.property(cuts, (places) => {
        for (const { offset, before } of begins(drive(codec, cutAt(copy, places)))) {
          expect(textOf(copy.subarray(0, offset))).toBe(before);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('count the byte order mark', () => {
    for (const [charset, hex, expected] of [
      ['utf-8', 'efbbbf61c3a962', [3, 4, 6, 7]],
      ['utf-16', 'feff006100e90062', [2, 4, 6, 8]],
      ['utf-32', 'fffe000061000000', [4, 8]],
      ['gb18030', '8431953361816262', [4, 5, 7, 8]],
    ] as const) {
      for (const chunks of [[Buffer.from(hex, 'hex')], pieces(Buffer.from(hex, 'hex'), 1)]) {
        const offsets = [...begins(drive(decodeText(charset), chunks))].map(({ offset }) => offset);
        expect([...new Set(offsets)], charset).toEqual(expected);
      }
    }
  });

  it('are exact in large chunks, and behind bytes that were replaced', () => {
    const line = Buffer.from('é😀日本\n');
    const bytes = Buffer.concat(Array.from({ length: 20_000 }, () => line));
    bytes[5 * line.length] = 0xff; // One of two bytes: the other is damage too.
    for (const onInvalid of ['replace', 'reject-record'] as const) {
      const { outputs, places } = drive(decodeText('utf-8', { onInvalid }), [bytes]);
      let lines = 0;
      for (const [index, text] of outputs.entries()) {
        for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
          lines += 1;
          expect(places[index]!.byteOffset(at + 1)).toBe(lines * line.length);
        }
      }
      expect(lines).toBe(20_000);
    }
  });
});

describe("onInvalid: 'reject-record'", () => {
  it('puts U+FFFD, says where and why, and can give back the bytes', () => {
    const bytes = Buffer.from('61ff62e282630a', 'hex');
    const { outputs, places, counts, error } = drive(decodeText('utf-8', { onInvalid: 'reject-record' }), [bytes]);
    expect({ outputs, counts, error }).toEqual({ outputs: ['a\uFFFDb\uFFFDc\n'], counts: {}, error: undefined });
    const [{ damage, bytes: bytesOf } = {}] = places;
    expect(damage?.map(({ index, code, message, details }) => ({ index, code, message, details }))).toEqual([
      {
        index: 1,
        code: 'ENCODING_INVALID',
        message: 'The byte at offset 1 is not a character of utf-8.',
        details: { charset: 'utf-8', byteOffset: 1, content: { bytes: 'ff' } },
      },
      {
        index: 3,
        code: 'ENCODING_INVALID',
        message: 'The 2 bytes at offset 3 are not a character of utf-8.',
        details: { charset: 'utf-8', byteOffset: 3, content: { bytes: 'e2 82' } },
      },
    ]);
    expect(Buffer.from(bytesOf!(0, 6)).equals(bytes)).toBe(true);
    expect(Buffer.from(bytesOf!(3, 5)).toString('hex')).toBe('e28263');
  });

  it('says the same however the bytes are cut, in every kind of encoding', () => {
    const samples: Record<string, string> = {
      'utf-8': 'efbbbf61c3ff41f09f98800ae282',
      'utf-16': 'feff0061dc000062d83d',
      'utf-32le': '610000000000110062000000ff',
      shift_jis: '8261a041814181ff0a81',
      'windows-1252': '81618d80',
      gb18030: '6181ff8130ff30628430ff',
    };
    for (const [charset, hex] of Object.entries(samples)) {
      const bytes = Buffer.from(hex, 'hex');
      const codec = decodeText(charset, { onInvalid: 'reject-record' });
      const told = (chunks: readonly Uint8Array[]): unknown => {
        const { outputs, places, text, error } = drive(codec, chunks);
        let before = 0;
        const damage = places.flatMap((place, at) => {
          const found = (place.damage ?? []).map(({ index, details }) => [
            before + index,
            details,
            outputs[at]![index],
          ]);
          before += outputs[at]!.length;
          return found;
        });
        const raw = places.map((place, at) => Buffer.from(place.bytes!(0, outputs[at]!.length)).toString('hex'));
        return { text, damage, error, raw: raw.join('') };
      };
      const whole = told([bytes]) as { readonly damage: readonly unknown[]; readonly raw: string };
      expect(whole.damage.length, charset).toBeGreaterThan(1);
      expect(whole.damage.map((one) => (one as readonly unknown[])[2])).toEqual(whole.damage.map(() => '\uFFFD'));
      expect(hex.endsWith(whole.raw), charset).toBe(true);
      for (let place = 0; place <= bytes.length; place += 1) expect(told(cutAt(bytes, [place]))).toEqual(whole);
      expect(told(pieces(bytes, 1))).toEqual(whole);
    }
  });
});
