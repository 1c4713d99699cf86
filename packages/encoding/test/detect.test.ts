import { Buffer } from 'node:buffer';
import type { Source } from '@millrace/core';
import { feed } from '@millrace/core';
import { charsetDecoderCases } from '@millrace/testkit';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { detect, type DetectOptions } from '../src/detect.ts';
import { decodeText } from '../src/index.ts';
import { CORPUS } from './corpus.ts';
import { cutAt, drive, pieces } from './drive.ts';

const encode = (text: string, encoding: string): Buffer => {
  if (encoding === 'iso-2022-jp') return toIso2022Jp(text);
  return iconv.encode(text, encoding === 'x-mac-cyrillic' ? 'maccyrillic' : encoding);
};

/** iconv-lite does not write it: the characters are those of EUC-JP without their high bits. */
function toIso2022Jp(text: string): Buffer {
  const parts = text.split(/([^ -~\r\n]+)/).map((part, index) => {
    if (index % 2 === 0) return Buffer.from(part);
    const kanji = iconv.encode(part, 'euc-jp').map((byte) => byte & 0x7f);
    return Buffer.concat([Buffer.from('\u001B$B'), kanji, Buffer.from('\u001B(B')]);
  });
  return Buffer.concat(parts);
}

const codec = (options: DetectOptions) => decodeText(detect(options));
const WEST = ['utf-8', 'windows-1252', 'cp850'];

/** Lists as a feed has them: what its supplier may use. */
const LISTS: readonly (readonly string[])[] = [
  WEST,
  ['utf-8', 'utf-16', 'windows-1252', 'cp437', 'macintosh'],
  ['utf-8', 'windows-1250', 'windows-1252'],
  ['utf-8', 'windows-1250', 'iso-8859-2', 'cp852'],
  ['utf-8', 'windows-1251', 'koi8-r', 'iso-8859-5', 'cp866', 'x-mac-cyrillic'],
  ['utf-8', 'windows-1253', 'iso-8859-7', 'cp737'],
  ['utf-8', 'windows-1254', 'windows-1252'],
  ['utf-8', 'windows-1257', 'windows-1252', 'cp775'],
  ['utf-8', 'windows-1255', 'cp862'],
  ['utf-8', 'windows-1256', 'windows-1252'],
  ['utf-8', 'windows-874', 'windows-1252'],
  ['utf-8', 'shift_jis', 'euc-jp', 'iso-2022-jp'],
  ['utf-8', 'gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr'],
];

describe('the corpus', () => {
  it.each(LISTS.map((allowed) => ({ allowed, name: allowed.join(', ') })))('$name: finds each', ({ allowed }) => {
    const decode = codec({ allowed });
    let tried = 0;
    for (const { language, encodings, lines } of CORPUS) {
      for (const encoding of [...encodings, 'utf-16le', 'utf-16be']) {
        if (!allowed.includes(encoding) && !(encoding.startsWith('utf-16') && allowed.includes('utf-16'))) continue;
        const text = lines.join('\r\n');
        const driven = drive(decode, [encode(text, encoding)]);
        expect(driven.error, `${language} in ${encoding}`).toBeUndefined();
        expect(driven.text, `${language} in ${encoding}`).toBe(text);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(10);
  });

  it('finds the encoding of single lines, or says that it is not sure', () => {
    let [right, unsure, wrong] = [0, 0, 0];
    for (const allowed of LISTS) {
      const decode = codec({ allowed });
      for (const { encodings, lines } of CORPUS) {
        for (const encoding of encodings.filter((one) => allowed.includes(one))) {
          for (const line of lines) {
            const { error, text } = drive(decode, [encode(line, encoding)]);
            if (error?.code === 'ENCODING_NOT_DETECTED') unsure += 1;
            else if (text === line) right += 1;
            else wrong += 1;
          }
        }
      }
    }
    expect(wrong).toBe(0);
    expect(right / (right + unsure)).toBeGreaterThan(0.95); // 0.968 when this was written.
  });
});

describe('detect', () => {
  it('goes by a byte order mark first', () => {
    const decode = codec({ allowed: ['windows-1252', 'utf-8', 'utf-16', 'utf-32'] });
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be']) {
      const bytes = iconv.encode('a', encoding, { addBOM: true });
      const driven = drive(decode, pieces(bytes, 1));
      expect(driven).toMatchObject({ text: 'a', error: undefined });
      expect(driven.notes).toEqual({ encoding: `${encoding.replace(/[lb]e$/, '')} 1.00` });
    }
    const marked = iconv.encode('é', 'utf-16le', { addBOM: true });
    const { error } = drive(codec({ allowed: ['utf-8', 'windows-1252'], minConfidence: 0 }), [
      Buffer.concat([marked, Buffer.of(0x61, 0)]),
    ]);
    expect(error?.code).toBe('ENCODING_BOM_CONTRADICTS');
  });

  it('finds UTF-16 and UTF-32 without a byte order mark in both byte orders', () => {
    const text = 'id;name\r\n1;Müller\r\n2;Grüße aus 東京\r\n';
    for (const allowed of [
      ['utf-8', 'utf-16', 'utf-32', 'windows-1252'],
      ['windows-1252', 'utf-32be', 'utf-32le', 'utf-16be', 'utf-16le'],
    ]) {
      for (const encoding of ['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be']) {
        const driven = drive(codec({ allowed }), pieces(iconv.encode(text, encoding, { addBOM: false }), 3));
        expect(driven, `${encoding} of ${allowed.join()}`).toMatchObject({ text, error: undefined });
        expect(allowed).toContain(driven.notes['encoding']?.replace(/ 1\.00$/, ''));
        expect(encoding).toContain(driven.notes['encoding']?.replace(/ 1\.00$/, ''));
      }
    }
  });

  it('tries both byte orders where only Chinese text shows them', () => {
    const text = '中華人民共和國國家統計局關於國民經濟和社會發展的統計公報。';
    for (const encoding of ['utf-16le', 'utf-16be']) {
      const driven = drive(codec({ allowed: ['utf-8', 'utf-16'] }), [iconv.encode(text, encoding, { addBOM: false })]);
      expect(driven, encoding).toMatchObject({ text, error: undefined });
    }
  });

  it('notes the name as it was given, and the confidence', () => {
    const { notes } = drive(codec({ allowed: ['UTF-8', 'Windows-1252'] }), [
      encode('Müller & Söhne; Bäckerei', 'latin1'),
    ]);
    expect(notes['encoding']).toMatch(/^Windows-1252 (0\.[89]\d|1\.00)$/);
  });

  it('is below the floor where little is to go by: a coded error, or the fallback', () => {
    const bytes = encode('Ærø', 'windows-1252').subarray(0, 1);
    const { error, text } = drive(codec({ allowed: WEST }), [bytes]);
    expect(text).toBe('');
    expect(error).toMatchObject({ code: 'ENCODING_NOT_DETECTED', details: { minConfidence: 0.7 } });
    const taken = drive(codec({ allowed: WEST, fallback: 'windows-1252' }), [bytes]);
    expect(taken).toMatchObject({ text: 'Æ', error: undefined, notes: { encoding: 'windows-1252 fallback' } });
    expect(drive(codec({ allowed: WEST, minConfidence: 0 }), [bytes]).error).toBeUndefined();
  });

  it('is below the floor for what is no text in any allowed encoding', () => {
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919 + (index >> 3) * 31) & 0xff));
    for (const allowed of [WEST, ['utf-8', 'shift_jis', 'gb18030']]) {
      expect(drive(codec({ allowed }), [noise]).error?.code).toBe('ENCODING_NOT_DETECTED');
    }
    const russian = encode('Заказ будет доставлен в четверг', 'windows-1251');
    expect(drive(codec({ allowed: ['utf-8', 'windows-1252'] }), [russian]).error?.code).toBe('ENCODING_NOT_DETECTED');
  });

  it('chooses the first where all give the same text', () => {
    const bytes = encode('Müller & Söhne; Bäckerei Schröder', 'windows-1252');
    for (const allowed of [
      ['windows-1252', 'iso-8859-1'],
      ['iso-8859-1', 'windows-1252'],
    ]) {
      expect(drive(codec({ allowed }), [bytes]).notes['encoding']).toMatch(new RegExp(`^${allowed[0]} `));
      expect(drive(codec({ allowed }), [Buffer.from('plain')]).notes).toEqual({ encoding: `${allowed[0]} 1.00` });
    }
  });

  it('takes UTF-8 with a damaged byte for UTF-8, which then fails where it is', () => {
    const bytes = Buffer.from('1;Müller;Köln\n2;Bäckerei Schröder;München\n'.repeat(5));
    bytes[0] = 0xff;
    expect(drive(codec({ allowed: WEST }), [bytes]).error).toMatchObject({
      code: 'ENCODING_INVALID',
      details: { charset: 'utf-8', byteOffset: 0 },
    });
  });

  it('decodes plain ASCII as it comes, and looks where it ends', () => {
    const plain = `${'plain text, line by line\n'.repeat(8000)}`;
    const bytes = Buffer.concat([Buffer.from(plain), encode('Müller & Söhne; Bäckerei\n'.repeat(3), 'windows-1252')]);
    const decode = codec({ allowed: WEST, headBytes: 1024 });
    const whole = drive(decode, [bytes]);
    expect(whole.error).toBeUndefined();
    expect(whole.text === `${plain}${'Müller & Söhne; Bäckerei\n'.repeat(3)}`).toBe(true);
    expect(whole.notes['encoding']).toMatch(/^windows-1252 /);
    for (const size of [997, 1024, 4096]) {
      const driven = drive(decode, pieces(bytes, size));
      expect(driven.text === whole.text && driven.notes['encoding'] === whole.notes['encoding']).toBe(true);
      const at = driven.outputs.at(-1)!;
      expect(driven.places.at(-1)!.byteOffset(at.length)).toBe(bytes.length);
    }
    expect(drive(decode, [Buffer.from(plain)]).notes).toEqual({ encoding: 'utf-8 1.00' });
    expect(drive(decode, []).notes).toEqual({});
  });

  it('is the same for every cutting', () => {
    const texts = fc.constantFrom(...CORPUS.flatMap(({ lines }) => lines));
    const encoding = fc.constantFrom('utf-8', 'utf-16le', 'windows-1252', 'shift_jis', 'cp850', 'koi8-r');
    const padding = fc.constantFrom('', 'x'.repeat(1000), 'plain\n'.repeat(400));
    const decode = codec({
      allowed: ['utf-8', 'utf-16', 'windows-1252', 'shift_jis', 'cp850', 'koi8-r'],
      headBytes: 1024,
    });
    fc.assert(
      fc.property(texts, encoding, padding, fc.array(fc.nat(3000), { maxLength: 8 }), (text, name, before, cuts) => {
        const bytes = iconv.encode(`${before}${text}\n${text}`, name);
        const told = (chunks: readonly Uint8Array[]): unknown => {
          const { text: all, notes, error } = drive(decode, chunks);
          return { all, notes, code: error?.code, details: error?.details };
        };
        expect(told(cutAt(bytes, cuts))).toEqual(told([bytes]));
      }),
      { numRuns: 200 },
    );
  });

  it('refuses names and options that are wrong, when it is made', () => {
    const invalid = expect.objectContaining({ code: 'OPTION_INVALID' });
    for (const options of [
      { allowed: [] },
      { allowed: ['utf-8'] },
      { allowed: ['utf-8', 'utf-8'] },
      { allowed: ['utf-8', 1] },
      { allowed: 'utf-8' },
      { allowed: WEST, fallback: 'utf-16' },
      { allowed: WEST, minConfidence: 1.5 },
      { allowed: WEST, headBytes: 10 },
    ]) {
      expect(() => detect(options as DetectOptions), JSON.stringify(options)).toThrowError(invalid);
    }
    expect(() => detect({ allowed: WEST, floor: 1 } as DetectOptions)).toThrowError(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
    expect(() => codec({ allowed: ['utf-8', 'klingon'] })).toThrowError(
      expect.objectContaining({ code: 'ENCODING_UNKNOWN' }),
    );
    expect(Object.isFrozen(detect({ allowed: WEST }))).toBe(true);
  });

  it('has its choice in the report of a feed', async () => {
    const source: Source<string, Uint8Array> = {
      name: 'memory',
      describe: (ref) => ref,
      open: async (ref) => ({
        origin: { id: ref, uri: ref },
        chunks: async function* () {
          yield encode('Müller & Söhne; Bäckerei Schröder\n', ref);
        },
      }),
    };
    const report = await feed('detecting')
      .from(source)
      .through(codec({ allowed: WEST }))
      .through({
        kind: 'parser',
        name: 'lines',
        start: () => ({ push: (text: string) => [text] }),
      })
      .to({ name: 'none', write: async () => {} })
      .run(['utf-8', 'windows-1252']);
    expect(report.reports.map(({ notes }) => notes?.['decodeText']?.['encoding']?.split(' ')[0])).toEqual([
      'utf-8',
      'windows-1252',
    ]);
  });
});

describe('the contract of codecs', () => {
  const samples = [
    { name: 'empty', input: Buffer.from(''), outputs: [] },
    { name: 'plain', input: Buffer.from('a,b\n'), outputs: ['a,b\n'] },
    { name: 'windows-1252', input: encode('Müller & Söhne', 'windows-1252'), outputs: ['Müller & Söhne'] },
    { name: 'unsure', input: Buffer.of(0xc6), error: 'ENCODING_NOT_DETECTED' },
  ];
  const endless = [{ name: 'plain text', chunk: Buffer.from('e'.repeat(65_536)) }];
  for (const { name, run } of charsetDecoderCases({ create: () => codec({ allowed: WEST }), samples, endless }))
    it(name, run);
});
