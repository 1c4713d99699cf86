import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../src/index.ts';
import { legacyEncodings, legacyNames, SAMPLES, singleBytes } from './charsets.ts';
import { cutAt, drive, pieces } from './drive.ts';

describe('characters that chunks cut', () => {
  for (const [index, { charset, text, bytes }] of SAMPLES.entries()) {
    it(`${charset}, sample ${index}, is decoded with any cut`, () => {
      const codec = decodeText(charset);
      expect(drive(codec, [bytes])).toMatchObject({ text, error: undefined });
      expect(drive(codec, pieces(bytes, 1))).toMatchObject({ text, error: undefined });
      for (let place = 0; place <= bytes.length; place++) {
        const { outputs, error } = drive(codec, cutAt(bytes, [place]));
        expect(error).toBeUndefined();
        expect(outputs.join('')).toBe(text);
        expect(outputs.every((output) => output !== '' && output.isWellFormed())).toBe(true);
      }
    });

    it(`${charset}, sample ${index}, is decoded as the whole of a long item`, () => {
      const times = Math.ceil(200_000 / bytes.length);
      const long = Buffer.concat(Array.from({ length: times }, () => bytes));
      const { outputs, error } = drive(decodeText(charset), pieces(long, 150_001));
      expect(error).toBeUndefined();
      expect(outputs.join('') === text.repeat(times)).toBe(true); // Not shown where it fails: it is long.
      expect(Math.max(...outputs.map((output) => output.length))).toBeLessThanOrEqual(56 * 1024 + 3);
    });
  }
});

describe('every encoding of iconv-lite', () => {
  it('is known under each of its names', () => {
    expect(legacyNames().length).toBeGreaterThanOrEqual(390); // As many as version 0.7.3 has.
    for (const name of legacyNames()) expect(decodeText(name).name).toBe('decodeText');
  });

  // The others of iconv-lite's tables are completed, and tested against the Encoding Standard (encoding-standard.test.ts).
  const completed = ['macintosh', 'macroman', 'maccyrillic', 'shiftjis', 'gbk', 'gb18030'];
  const asTheyAre = legacyEncodings().filter((name) => !completed.includes(name));

  it.each(asTheyAre)('%s decodes all its single bytes as iconv-lite does, with any cut', (name) => {
    const bytes = singleBytes(name);
    const codec = decodeText(name);
    const expected = iconv.decode(Buffer.from(bytes), name as 'utf8');
    expect(drive(codec, [bytes]), name).toMatchObject({ text: expected, error: undefined });
    expect(drive(codec, pieces(bytes, 1)), name).toMatchObject({ text: expected, error: undefined });
  });

  it.each(['windows-1252', 'windows-1251', 'koi8-r', 'iso-8859-15', 'cp437', 'macgreek'])(
    '%s decodes long text as iconv-lite does, by whatever decoder',
    (name) => {
      const characters = iconv.decode(Buffer.from(singleBytes(name)), name as 'utf8');
      const text = `plain text, ${characters}\r\n`.repeat(1000);
      const bytes = iconv.encode(text, name as 'utf8');
      const { outputs, error } = drive(decodeText(name), pieces(bytes, 100_003));
      expect(error).toBeUndefined();
      expect(outputs.join('') === text).toBe(true);
    },
  );

  const pairNames = ['euc-jp', 'cp936', 'cp949', 'cp950', 'big5'];
  it.each(pairNames)('%s decodes exactly the pairs of bytes that iconv-lite does', (name) => {
    const codec = decodeText(name, { onInvalid: 'replace' });
    for (let lead = 0x80; lead < 256; lead++) {
      const bytes: number[] = [];
      for (let trail = 0; trail < 256; trail++) bytes.push(lead, trail, 0x0a);
      const ours = drive(codec, [Uint8Array.from(bytes)]).text;
      const theirs = iconv.decode(Buffer.from(bytes), name as 'utf8');
      // How many U+FFFD stand for a bad pair is a matter of taste; that it is bad is not.
      const normal = (text: string): readonly string[] =>
        text.split('\n').map((line) => (line.includes('\uFFFD') ? '\uFFFD' : line));
      expect(normal(ours), `lead byte ${lead}`).toEqual(normal(theirs));
    }
  });

  it('takes each four-byte character of GB18030, and no number between the planes', () => {
    const decoder = new TextDecoder('gb18030');
    const codec = decodeText('gb18030', { onInvalid: 'replace' });
    for (const second of [0x30, 0x31, 0x39]) {
      for (const lead of [0x81, 0x84, 0x85, 0x8f, 0x90, 0xe3, 0xe4, 0xfe]) {
        const bytes: number[] = [];
        for (let third = 0x81; third <= 0xfe; third++) {
          for (let fourth = 0x30; fourth <= 0x39; fourth++) bytes.push(lead, second, third, fourth, 0x0a);
        }
        const all = Uint8Array.from(bytes);
        const normal = (text: string): readonly string[] =>
          text.split('\n').map((line) => (line.includes('\uFFFD') ? '\uFFFD' : line));
        expect(normal(drive(codec, [all]).text)).toEqual(normal(decoder.decode(all)));
      }
    }
  });
});

describe('names that mean what they say', () => {
  const high = Uint8Array.from({ length: 0x20 }, (_, index) => 0x80 + index);

  it('iso-8859-1 is ISO-8859-1, and not windows-1252', () => {
    for (const name of ['iso-8859-1', 'latin1', 'ISO8859-1', 'cp819']) {
      expect(drive(decodeText(name), [high]).text).toBe(String.fromCharCode(...high));
    }
  });

  it('windows-1252 has its own characters there, and five bytes are none', () => {
    const gaps = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
    const text = drive(decodeText('windows-1252'), [high.filter((byte) => !gaps.includes(byte))]).text;
    expect(text).toBe('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ');
    for (const gap of gaps) {
      const { error } = drive(decodeText('windows-1252'), [Uint8Array.of(0x61, 0x80, gap)]);
      expect(error).toMatchObject({ code: 'ENCODING_INVALID', details: { byteOffset: 2 } });
    }
  });

  it('us-ascii has seven bits', () => {
    expect(drive(decodeText('us-ascii'), [Uint8Array.of(0x61, 0x7f)]).text).toBe('a\x7f');
    expect(drive(decodeText('us-ascii'), [Uint8Array.of(0x61, 0xe9)]).error).toMatchObject({
      code: 'ENCODING_INVALID',
    });
  });

  it('finds a name in any case and punctuation', () => {
    for (const name of ['UTF8', 'utf_8', 'Utf-8']) expect(drive(decodeText(name), [Buffer.from('é')]).text).toBe('é');
    for (const name of ['Shift_JIS', 'shift-jis', 'SJIS', 'windows-31j']) {
      expect(drive(decodeText(name), [Uint8Array.of(0x82, 0xa0)]).text).toBe('あ');
    }
  });
});
