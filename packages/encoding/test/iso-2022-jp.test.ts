import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../src/index.ts';
import { cutAt, drive, pieces } from './drive.ts';
import { sequencesOf } from './sequences.ts';

const ESC = '\u001B';
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const strict = decodeText('iso-2022-jp');
const lenient = decodeText('iso-2022-jp', { onInvalid: 'replace' });

describe('iso-2022-jp', () => {
  const mail = bytesOf(`Dear ${ESC}$B$"$$${ESC}(B,\r\n${ESC}$@F|K\\8l${ESC}(J\\~${ESC}(I123${ESC}(B\\~\n`);
  const text = 'Dear あい,\r\n日本語¥‾ｱｲｳ\\~\n';

  it('shifts between its sets of characters, wherever chunks cut', () => {
    expect(drive(strict, [mail])).toMatchObject({ text, error: undefined });
    expect(drive(strict, pieces(mail, 1))).toMatchObject({ text, error: undefined });
    for (let place = 0; place <= mail.length; place++) expect(drive(strict, cutAt(mail, [place])).text).toBe(text);
  });

  it('is what the platform makes of it', () => {
    expect(new TextDecoder('iso-2022-jp').decode(mail)).toBe(text);
  });

  it('has every character of JIS X 0208 that EUC-JP has', () => {
    const eucJpCodec = decodeText('euc-jp', { onInvalid: 'replace' });
    const eucJp = sequencesOf((bytes) => drive(eucJpCodec, [bytes]).text);
    const pairs = [...eucJp].filter(([code]) => code.length === 4 && code >= 'a1a1');
    expect(pairs.length).toBeGreaterThan(7000);
    const kanji = pairs.map(([code]) => (Number.parseInt(code, 16) - 0x8080).toString(16)).join('');
    const bytes = Buffer.concat([bytesOf(`${ESC}$B`), Buffer.from(kanji, 'hex'), bytesOf(`${ESC}(B`)]);
    const expected = pairs.map(([, character]) => character).join('');
    for (const size of [1, 2, 3, 1000]) expect(drive(strict, pieces(bytes, size)).text === expected).toBe(true);
  });

  it('is decoded alike in items longer than a slice, and traced to its bytes', () => {
    const long = Buffer.concat(Array.from({ length: 4000 }, () => mail));
    const { outputs, places, error } = drive(strict, pieces(long, 100_003));
    expect(error).toBeUndefined();
    expect(outputs.join('') === text.repeat(4000)).toBe(true);
    let lines = 0;
    for (const [index, chunk] of outputs.entries()) {
      for (let at = chunk.indexOf('~\n'); at !== -1; at = chunk.indexOf('~\n', at + 1)) {
        lines += 1;
        expect(places[index]!.byteOffset(at + 2)).toBe(lines * mail.length);
      }
    }
    expect(lines).toBe(4000);
  });

  it.each([
    [`a${ESC}b`, 'a\uFFFDb', 1],
    [`${ESC}$`, '\uFFFD$', 0],
    [`${ESC}$B${ESC}$PP`, '\uFFFDば\uFFFD', 3],
    [`${ESC}$BP`, '\uFFFD', 3],
    [`${ESC}$BPP P`, '佩\uFFFD\uFFFD', 5],
    [`${ESC}$BP${ESC}$BPP`, '\uFFFD佩', 3],
    [`${ESC}$BPP\nPP`, '佩\uFFFD佩', 5],
    [`${ESC}(Ie${ESC}(Ba`, '\uFFFDa', 3],
    ['\u000E\u0080', '\uFFFD\uFFFD', 0],
  ])('%j is damaged', (source, replaced, byteOffset) => {
    const bytes = bytesOf(source);
    for (const chunks of [[bytes], pieces(bytes, 1)]) {
      expect(drive(lenient, chunks).text).toBe(replaced);
      expect(drive(strict, chunks).error).toMatchObject({ code: 'ENCODING_INVALID', details: { byteOffset } });
    }
  });

  it('takes two escape sequences in a row, as mail programs write them', () => {
    expect(drive(strict, [bytesOf(`${ESC}(B${ESC}$BPP${ESC}(J${ESC}(B.`)])).toMatchObject({
      text: '佩.',
      error: undefined,
    });
  });

  it('says the same about any bytes, cut anywhere', () => {
    const part = fc.constantFrom(ESC, '$', 'B', '(', 'J', 'I', '@', '!', 'P', '~', '\n', '\u000E', '\u0080', '_');
    const shifts = fc.constantFrom(`${ESC}$B`, `${ESC}(B`, `${ESC}(I`, `${ESC}(J`, '$"', 'PP');
    const item = fc.array(fc.oneof(part, shifts), { maxLength: 30 }).map((parts) => bytesOf(parts.join('')));
    const rejecting = decodeText('iso-2022-jp', { onInvalid: 'reject-record' });
    const told = (codec: typeof strict, chunks: readonly Uint8Array[]): unknown => {
      const { outputs, text: all, counts, error, places } = drive(codec, chunks);
      let before = 0;
      const damage = places.flatMap((place, at) => {
        const found = (place.damage ?? []).map(({ index, details }) => [before + index, details]);
        before += outputs[at]!.length;
        return found;
      });
      return { all, counts, code: error?.code, details: error?.details, damage };
    };
    fc.assert(
      fc.property(item, fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), (bytes, cuts) => {
        for (const codec of [strict, lenient, rejecting]) {
          expect(told(codec, cutAt(bytes, cuts))).toEqual(told(codec, [bytes]));
        }
      }),
      { numRuns: 500 },
    );
  });
});
