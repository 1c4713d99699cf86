import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../src/index.ts';
import { SAMPLES } from './charsets.ts';
import { cutAt, drive, pieces } from './drive.ts';

/**
 * Bytes that are no character of the encoding, wherever they stand between two characters and before `!`, which no encoding
 * has as the second byte of a character.
 */
const INVALID: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'utf-8': [[0xff], [0x80], [0xc0], [0xe2, 0x82], [0xed, 0xa0], [0xf0, 0x9f, 0x98], [0xf5]],
  'utf-16le': [
    [0x00, 0xdc],
    [0x3d, 0xd8],
  ],
  'utf-16be': [
    [0xdc, 0x00],
    [0xd8, 0x3d],
  ],
  'utf-32le': [
    [0x00, 0xd8, 0x00, 0x00],
    [0x00, 0x00, 0x11, 0x00],
    [0x00, 0x00, 0x00, 0x80],
  ],
  'utf-32be': [
    [0x00, 0x00, 0xd8, 0x00],
    [0x00, 0x11, 0x00, 0x00],
    [0xff, 0xff, 0xff, 0xff],
  ],
  shift_jis: [[0xa0], [0xff], [0x81], [0x81, 0xff]],
  'euc-jp': [[0x80], [0xff], [0xa1], [0x8f], [0x8f, 0xa1], [0x8f, 0xa1, 0xa1]],
  gbk: [[0xff], [0x81], [0x81, 0xff]],
  gb2312: [[0xff], [0x81, 0xff]],
  gb18030: [[0xff], [0x81], [0x81, 0xff], [0x85]],
  big5: [[0xff], [0xa1], [0xa1, 0xff]],
  cp950: [[0xff], [0x80], [0xa1, 0xff]],
  'euc-kr': [[0xff], [0x80], [0x81], [0x81, 0xff]],
  cp949: [[0xff], [0x81], [0xa1, 0xff]],
};

const encode = (charset: string, letter: number): readonly number[] => {
  if (charset.startsWith('utf-16')) return charset.endsWith('le') ? [letter, 0] : [0, letter];
  if (charset.startsWith('utf-32')) return charset.endsWith('le') ? [letter, 0, 0, 0] : [0, 0, 0, letter];
  return [letter];
};

/** The places in the sample where a character begins, each with the text before it. */
function boundaries(charset: string, bytes: Uint8Array): readonly { readonly place: number; readonly text: string }[] {
  const codec = decodeText(charset);
  const places = Array.from({ length: bytes.length + 1 }, (_, place) => place);
  return places
    .map((place) => ({ place, ...drive(codec, [bytes.subarray(0, place)]) }))
    .filter(({ error }) => error === undefined)
    .map(({ place, text }) => ({ place, text }));
}

describe('invalid bytes', () => {
  it('are tried in every encoding of the samples', () => {
    for (const { charset } of SAMPLES) expect(Object.keys(INVALID)).toContain(charset);
  });

  for (const [sample, { charset, bytes }] of SAMPLES.entries()) {
    it(`${charset}, sample ${sample}: fail with their offset, wherever they stand`, () => {
      const codec = decodeText(charset);
      const lenient = decodeText(charset, { onInvalid: 'replace' });
      for (const { place, text } of boundaries(charset, bytes)) {
        for (const bad of INVALID[charset]!) {
          const broken = Buffer.concat([bytes.subarray(0, place), Uint8Array.from([...bad, ...encode(charset, 0x21)])]);
          for (const chunks of [[broken], pieces(broken, 1), cutAt(broken, [place + 1])]) {
            const strict = drive(codec, chunks);
            expect(strict.error, bad.join()).toMatchObject({
              code: 'ENCODING_INVALID',
              details: { byteOffset: place },
            });
            expect(strict.text).toBe(text);
            const replaced = drive(lenient, chunks);
            expect(replaced.error).toBeUndefined();
            expect(replaced.text.startsWith(`${text}\uFFFD`)).toBe(true);
            expect(replaced.text.endsWith('!')).toBe(true);
            expect(replaced.counts['replaced']).toBe(replaced.text.length - text.length - 1);
          }
        }
      }
    });

    it(`${charset}, sample ${sample}: a character that the end cuts is invalid where it begins`, () => {
      const codec = decodeText(charset);
      const places = boundaries(charset, bytes).map(({ place }) => place);
      for (let end = 0; end <= bytes.length; end++) {
        const { error, counts } = drive(codec, pieces(bytes.subarray(0, end), 3));
        if (places.includes(end)) expect(error).toBeUndefined();
        else {
          const begin = Math.max(...places.filter((place) => place < end));
          expect(error).toMatchObject({ code: 'ENCODING_INVALID', details: { byteOffset: begin } });
          expect(counts).toEqual({});
        }
      }
    });
  }
});

describe('any bytes, cut anywhere', () => {
  const charsets = [...Object.keys(INVALID), 'utf-16', 'windows-1252', 'iso-8859-6', 'cp437', 'us-ascii'];
  // Lead bytes, trail bytes, digits and letters, more often than chance has them.
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x0a, 0x30, 0x31, 0x39, 0x41, 0x61, 0x81, 0x84, 0x8f, 0x8e, 0x90, 0xa1, 0xa4, 0xb0, 0xd8, 0xdc),
    fc.constantFrom(0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd, 0xfe, 0xff),
  );
  const item = fc.array(byte, { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes));
  const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 8 });

  it.each(charsets)('%s: give the same text, error, offset and count', (charset) => {
    const strict = decodeText(charset);
    const lenient = decodeText(charset, { onInvalid: 'replace' });
    fc.assert(
      fc.property(item, cuts, (bytes, places) => {
        for (const codec of [strict, lenient]) {
          const whole = drive(codec, [bytes]);
          const cut = drive(codec, cutAt(bytes, places));
          expect(cut.text).toBe(whole.text);
          expect(cut.error?.code).toBe(whole.error?.code);
          expect(cut.error?.details).toEqual(whole.error?.details);
          expect(cut.counts).toEqual(whole.counts);
          expect(cut.outputs.every((output) => output.isWellFormed())).toBe(true);
        }
        // What passes strictly is what replacing leaves untouched.
        const [passed, replaced] = [drive(strict, [bytes]), drive(lenient, [bytes])];
        expect(passed.error === undefined).toBe(
          replaced.error === undefined && replaced.counts['replaced'] === undefined,
        );
        if (passed.error === undefined) expect(replaced.text).toBe(passed.text);
      }),
      { numRuns: 200 },
    );
  });

  it('utf-8 replaces as the Encoding Standard does', () => {
    const lenient = decodeText('utf-8', { onInvalid: 'replace' });
    fc.assert(
      fc.property(item, cuts, (bytes, places) => {
        const { text, counts, error } = drive(lenient, cutAt(bytes, places));
        if (error?.code === 'ENCODING_BOM_CONTRADICTS') return;
        expect(text).toBe(new TextDecoder('utf-8').decode(bytes));
        const ofSource = Buffer.from(bytes).toString('latin1').split('\xef\xbf\xbd').length - 1;
        expect(counts['replaced'] ?? 0).toBe(text.split('\uFFFD').length - 1 - ofSource);
      }),
      { numRuns: 500 },
    );
  });
});

describe('U+FFFD that the source itself holds', () => {
  it.each([
    ['utf-8', 'efbfbd'],
    ['utf-16le', 'fdff'],
    ['utf-16be', 'fffd'],
    ['utf-32le', 'fdff0000'],
    ['gb18030', '8431a437'],
  ])('%s: is a character like any other', (charset, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    for (const onInvalid of ['fail', 'replace'] as const) {
      expect(drive(decodeText(charset, { onInvalid }), pieces(bytes, 1))).toMatchObject({
        text: '\uFFFD',
        counts: {},
        error: undefined,
      });
    }
  });
});
