import { Buffer } from 'node:buffer';
import { brotliCompressSync, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../src/index.ts';
import { drive, pieces } from './drive.ts';

const CUTS = [1, 3, 511, 512, 100_000];

/** The error of an item, which must not depend on how the item is cut. */
function failure(charset: string, bytes: Uint8Array): { readonly code: string; readonly message: string } | undefined {
  const [first, ...others] = CUTS.map((size) => {
    const { error, outputs } = drive(decodeText(charset), pieces(bytes, size));
    if (error !== undefined) expect(outputs).toEqual([]);
    return error && { code: error.code, message: error.message, details: error.details };
  });
  for (const other of others) expect(other).toEqual(first);
  return first;
}

function tarOf(name: string, body: string): Buffer {
  const head = Buffer.alloc(512);
  head.write(name);
  head.write('0000644\0', 100);
  head.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  head.fill(' ', 148, 156);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([head, Buffer.from(body.padEnd(512, '\0')), Buffer.alloc(1024)]);
}

const hex = (digits: string, rest = ''): Buffer => Buffer.concat([Buffer.from(digits, 'hex'), Buffer.from(rest)]);

const CONTAINERS: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['gzip', gzipSync('{"bin":"H1"}\n')],
  ['zstd', zstdCompressSync('{"bin":"H1"}\n')],
  ['zip', hex('504b0304', 'anything')],
  ['zip', hex('504b0506000000000000000000000000000000000000')],
  ['7z', hex('377abcaf271c0004', 'K7 w q\nM\n')],
  ['rar', hex('526172211a0700', 'x')],
  ['bzip2', hex('425a6839314159265359', 'x')],
  ['xz', hex('fd377a585a0000', 'x')],
  ['cab', hex('4d53434600000000', 'x')],
  ['PDF', Buffer.from('%PDF-1.7\n')],
  ['legacy Microsoft Office (OLE, such as .xls)', hex('d0cf11e0a1b11ae1', 'x')],
  ['Parquet', hex('5041523115042c00')],
  ['tar', tarOf('hall.csv', 'bin,parts\nH1,12\n')],
  ['zip after other bytes', hex('4d5a206120736d616c6c2070726f6772616d0a504b0304', 'anything')],
];

describe('an item that is not text', () => {
  for (const [name, bytes] of CONTAINERS) {
    it(`is refused by name: ${name}, ${bytes.length} bytes`, () => {
      for (const charset of ['utf-8', 'windows-1252', 'shift_jis', 'utf-16']) {
        const error = failure(charset, bytes);
        expect(error).toMatchObject({ code: 'ENCODING_NOT_TEXT', details: { charset, found: name } });
        expect(error?.message).toContain(name);
      }
    });
  }

  it('says what to do about gzip', () => {
    expect(failure('utf-8', gzipSync('x'))?.message).toMatch(/gunzip\(\) of @millrace\/gzip before decodeText/);
  });

  it('says what to do about archives', () => {
    expect(failure('utf-8', tarOf('a', 'b'))?.message).toMatch(/formats: \[tar\(\)\].* before decodeText/);
    expect(failure('utf-8', hex('504b0304'))?.message).toMatch(/formats: \[zip\(\)\].* before decodeText/);
  });

  it('is decoded on request', () => {
    for (const [, bytes] of CONTAINERS) {
      const { text, error } = drive(decodeText('iso-8859-1', { content: 'any' }), pieces(bytes, 7));
      expect(error).toBeUndefined();
      expect(text).toBe(Buffer.from(bytes).toString('latin1'));
    }
  });

  it('is not seen in text that begins alike', () => {
    for (const text of [
      'PK,name\n1,x\n',
      'BZh9 is a name\n',
      '7z\n',
      'PAR1,bin\n',
      'Rar!\n',
      '%PDF\n',
      'ORC\n',
      'GIF\n',
    ]) {
      expect(failure('utf-8', Buffer.from(text))).toBeUndefined();
      expect(failure('windows-1252', Buffer.from(text))).toBeUndefined();
    }
    const digits = Buffer.from('0123456 '.repeat(100));
    expect(failure('utf-8', digits)).toBeUndefined();
  });

  it('has no mark if it is brotli or bare deflate, which the charset alone can refuse', () => {
    for (const bytes of [brotliCompressSync('bin'.repeat(50)), deflateRawSync('bin'.repeat(50))]) {
      expect(drive(decodeText('utf-8'), [bytes]).error?.code).toBe('ENCODING_INVALID');
    }
  });
});

const ROWS = 'bin,parts\nH1,12\nY1,30\n';
const CHINESE = '编号,名称\n一,螺丝\n二,垫圈\n三,螺母\n';

const utf32 = (text: string, littleEndian: boolean): Buffer => {
  const codes = Array.from(text, (one) => one.codePointAt(0)!);
  const bytes = Buffer.alloc(4 * codes.length);
  for (const [index, code] of codes.entries())
    if (littleEndian) bytes.writeUInt32LE(code, 4 * index);
    else bytes.writeUInt32BE(code, 4 * index);
  return bytes;
};

const WIDE: Readonly<Record<string, (text: string) => Buffer>> = {
  'utf-16le': (text) => Buffer.from(text, 'utf16le'),
  'utf-16be': (text) => Buffer.from(text, 'utf16le').swap16(),
  'utf-32le': (text) => utf32(text, true),
  'utf-32be': (text) => utf32(text, false),
};

describe('UTF-16 and UTF-32 without a byte order mark', () => {
  for (const [found, encode] of Object.entries(WIDE)) {
    it(`${found} is refused under any other encoding, and named`, () => {
      for (const charset of ['utf-8', 'windows-1252', 'iso-8859-1', 'shift_jis', 'gb18030']) {
        for (const text of [ROWS, CHINESE, 'H1\nY1\n', ROWS.repeat(500)]) {
          const error = failure(charset, encode(text));
          expect(error).toMatchObject({ code: 'ENCODING_CONTRADICTS', details: { charset, found } });
          expect(error?.message).toContain(`Declare ${found}`);
        }
      }
    });

    it(`${found} is decoded where it is declared`, () => {
      for (const text of [ROWS, CHINESE, ROWS.repeat(500), '\n\n', 'a']) {
        expect(drive(decodeText(found), pieces(encode(text), 5))).toMatchObject({ text, error: undefined });
      }
    });

    it(`${found} is decoded behind its own mark`, () => {
      const bytes = encode(`\uFEFF${ROWS}`);
      const charset = found.slice(0, 6);
      expect(drive(decodeText(charset), pieces(bytes, 5))).toMatchObject({ text: ROWS, error: undefined });
    });
  }

  it('is refused in the other byte order', () => {
    for (const bits of ['16', '32']) {
      const big = WIDE[`utf-${bits}be`]!(ROWS);
      const little = WIDE[`utf-${bits}le`]!(ROWS);
      const code = 'ENCODING_CONTRADICTS';
      expect(failure(`utf-${bits}`, big)).toMatchObject({ code, details: { found: `utf-${bits}be` } });
      expect(failure(`utf-${bits}le`, big)).toMatchObject({ code, details: { found: `utf-${bits}be` } });
      expect(failure(`utf-${bits}be`, little)).toMatchObject({ code, details: { found: `utf-${bits}le` } });
      expect(failure(`utf-${bits}`, little)).toBeUndefined();
    }
  });

  it('is not what plain ASCII can be', () => {
    const ascii = Buffer.from(ROWS.repeat(4));
    for (const charset of ['utf-16', 'utf-16be', 'utf-32']) {
      expect(failure(charset, ascii)).toMatchObject({ code: 'ENCODING_CONTRADICTS', details: { found: 'utf-8' } });
    }
  });

  it('is not seen in text with zeros of its own', () => {
    for (const text of [
      'bin\0\0\0\0parts\0\0\n',
      'ab\0cd\0ef\0\n',
      'H1\0',
      '\0',
      'bin\0parts\0H1\x00012\0Y1\0\n',
      '\0'.repeat(700),
    ]) {
      for (const charset of ['utf-8', 'windows-1252', 'shift_jis']) {
        expect(drive(decodeText(charset), pieces(Buffer.from(text), 3))).toMatchObject({ text, error: undefined });
      }
    }
  });
});
