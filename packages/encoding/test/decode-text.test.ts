import { Buffer } from 'node:buffer';
import { type CharsetDecoder, feed, type Source } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { decodeText, type DecodeTextOptions } from '../src/index.ts';
import { cutAt, drive, pieces } from './drive.ts';

const bytesOf = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);

describe('decodeText', () => {
  it('is a frozen codec of chunks that names itself', () => {
    const codec: CharsetDecoder = decodeText('utf-8', { onInvalid: 'fail' } satisfies DecodeTextOptions);
    expect(codec).toMatchObject({ kind: 'charset-decoder', name: 'decodeText' });
    expect(Object.isFrozen(codec)).toBe(true);
  });

  it('takes an empty item, empty chunks, and a single byte', () => {
    for (const charset of ['utf-8', 'utf-16', 'windows-1252', 'shift_jis']) {
      expect(drive(decodeText(charset), [])).toMatchObject({ outputs: [], error: undefined });
      expect(drive(decodeText(charset), [bytesOf(), bytesOf()])).toMatchObject({ outputs: [], error: undefined });
    }
    expect(drive(decodeText('utf-8'), [bytesOf(), bytesOf(0x61), bytesOf()]).text).toBe('a');
    expect(drive(decodeText('gbk'), [bytesOf(0x61)]).text).toBe('a');
  });

  it('refuses an unknown encoding when it is made, and suggests names that are near', () => {
    expect(() => decodeText('widows-1252')).toThrowError(
      expect.objectContaining({
        code: 'ENCODING_UNKNOWN',
        details: { charset: 'widows-1252', near: ['windows-1252', 'windows-1250', 'windows-1251'] },
      }),
    );
    expect(() => decodeText('shift_jsi')).toThrowError(/Did you mean shift_jis/);
    expect(() => decodeText('windwos-1250')).toThrowError(/Did you mean windows-1250/);
    expect(() => decodeText('ios-8859-2')).toThrowError(/Did you mean iso-8859-2/);
    expect(() => decodeText('utf-9')).toThrowError(/Did you mean utf/);
    expect(() => decodeText('klingon-xyzzy')).toThrowError(
      expect.objectContaining({ code: 'ENCODING_UNKNOWN', details: { charset: 'klingon-xyzzy', near: [] } }),
    );
    for (const name of ['', '-', '__proto__', '_sbcs', 'base64', 'hex', 'binary']) {
      expect(() => decodeText(name), name).toThrowError(expect.objectContaining({ code: 'ENCODING_UNKNOWN' }));
    }
  });

  it('refuses options that it does not know', () => {
    const loose = decodeText as (charset: string, options: object) => unknown;
    expect(() => loose('utf-8', { onInvalid: 'ignore' })).toThrowError(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    expect(() => loose('utf-8', { fatal: true })).toThrowError(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });

  it('shares no state between items', () => {
    const codec = decodeText('utf-8');
    expect(drive(codec, [bytesOf(0xe2, 0x82)]).error?.code).toBe('ENCODING_INVALID');
    expect(drive(codec, [bytesOf(0xef, 0xbb, 0xbf, 0x61)]).text).toBe('a');
    expect(drive(codec, [bytesOf(0xac, 0x61)]).error?.details).toMatchObject({ byteOffset: 0 });
  });

  it('decodes a large chunk slice by slice, as it is asked', () => {
    const large = Buffer.alloc(300_000, 'é');
    large[299_999] = 0xff;
    const { outputs, error } = drive(decodeText('utf-8'), [large]);
    expect(outputs.length).toBeGreaterThanOrEqual(6);
    expect(outputs.join('') === 'é'.repeat(149_999)).toBe(true);
    expect(error).toMatchObject({ code: 'ENCODING_INVALID', details: { byteOffset: 299_998 } });
  });

  it('takes chunks that are views into larger buffers', () => {
    const text = 'a€😀';
    for (const charset of ['utf-8', 'utf-16le', 'utf-16be'] as const) {
      const plain = charset === 'utf-8' ? Buffer.from(text) : Buffer.from(text, 'utf16le');
      if (charset === 'utf-16be') plain.swap16();
      const padded = Buffer.concat([Buffer.from('?'), plain, Buffer.from('??')]);
      const view = padded.subarray(1, padded.length - 2);
      const before = Buffer.from(padded);
      expect(drive(decodeText(charset), [view]).text).toBe(text);
      expect(padded.equals(before)).toBe(true);
    }
  });
});

describe('byte order marks', () => {
  const utf16le = (text: string): Uint8Array => Buffer.from(text, 'utf16le');
  const utf16be = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16();
  const utf32 = (text: string, littleEndian: boolean): Uint8Array => {
    const codes = Array.from(text, (character) => character.codePointAt(0)!);
    const view = new DataView(new ArrayBuffer(4 * codes.length));
    for (const [index, code] of codes.entries()) view.setUint32(4 * index, code, littleEndian);
    return new Uint8Array(view.buffer);
  };
  const agreeing: readonly (readonly [string, Uint8Array])[] = [
    ['utf-8', Buffer.from('\uFEFFa€😀')],
    ['utf-16le', utf16le('\uFEFFa€😀')],
    ['utf-16be', utf16be('\uFEFFa€😀')],
    ['utf-16', utf16le('\uFEFFa€😀')],
    ['utf-16', utf16be('\uFEFFa€😀')],
    ['utf-16', utf16le('a€😀')],
    ['utf-32', utf32('\uFEFFa€😀', true)],
    ['utf-32', utf32('\uFEFFa€😀', false)],
    ['utf-32', utf32('a€😀', true)],
    ['utf-32le', utf32('\uFEFFa€😀', true)],
    ['utf-32be', utf32('\uFEFFa€😀', false)],
    ['gb18030', Buffer.from('8431953361', 'hex')],
  ];

  it.each(agreeing)('%s: is stripped, and decides the byte order', (charset, bytes) => {
    const text = charset === 'gb18030' ? 'a' : 'a€😀';
    for (let place = 0; place <= bytes.length; place++) {
      expect(drive(decodeText(charset), cutAt(bytes, [place]))).toMatchObject({ text, error: undefined });
    }
    expect(drive(decodeText(charset), pieces(bytes, 1))).toMatchObject({ text, error: undefined });
  });

  it('strips one, at the head only', () => {
    const twice = Buffer.from('\uFEFF\uFEFFa\uFEFF');
    for (const size of [1, 2, 3, 4, 100]) {
      expect(drive(decodeText('utf-8'), pieces(twice, size)).text).toBe('\uFEFFa\uFEFF');
    }
    expect(drive(decodeText('utf-8'), [Buffer.from('\uFEFF')]).outputs).toEqual([]);
    expect(drive(decodeText('utf-16'), [utf16be('\uFEFF')]).outputs).toEqual([]);
  });

  it('counts in the offset of an error', () => {
    const { error } = drive(decodeText('utf-8'), [bytesOf(0xef, 0xbb, 0xbf, 0x61, 0xff)]);
    expect(error).toMatchObject({
      code: 'ENCODING_INVALID',
      details: { byteOffset: 4, content: { bytes: 'ff' }, charset: 'utf-8' },
    });
  });

  it.each<readonly [string, Uint8Array, string]>([
    ['utf-8', utf16le('\uFEFFab'), 'utf-16le'],
    ['utf-8', utf16be('\uFEFFab'), 'utf-16be'],
    ['utf-16le', utf16be('\uFEFFab'), 'utf-16be'],
    ['utf-16be', utf16le('\uFEFFab'), 'utf-16le'],
    ['utf-16', Buffer.from('\uFEFFab'), 'utf-8'],
    ['utf-16', utf32('\uFEFFab', true), 'utf-32le'],
    ['utf-32le', utf32('\uFEFFab', false), 'utf-32be'],
    ['windows-1252', Buffer.from('\uFEFFab'), 'utf-8'],
    ['windows-1252', utf16le('\uFEFFab'), 'utf-16le'],
    ['shift_jis', utf16be('\uFEFFab'), 'utf-16be'],
  ])('%s: one of another encoding is an error', (charset, bytes, mark) => {
    for (const onInvalid of ['fail', 'replace'] as const) {
      for (const size of [1, 3, 100]) {
        const { error, outputs } = drive(decodeText(charset, { onInvalid }), pieces(bytes, size));
        expect(error).toMatchObject({ code: 'ENCODING_BOM_CONTRADICTS', details: { charset, mark } });
        expect(outputs).toEqual([]);
      }
    }
  });

  it('leaves a legacy text alone that only looks like one', () => {
    expect(drive(decodeText('windows-1252'), [bytesOf(0xff, 0xfe, 0x61, 0x62)]).text).toBe('ÿþab');
    expect(drive(decodeText('windows-1251'), [bytesOf(0xfe, 0xff)]).text).toBe('юя');
  });
});

describe('in a feed', () => {
  it('puts the count of replaced characters into the report', async () => {
    const source: Source<string, Uint8Array> = {
      name: 'memory',
      describe: (ref) => ref,
      open: async (ref) => ({
        origin: { id: ref, uri: ref },
        chunks: async function* () {
          yield* [bytesOf(0x61, 0x81), bytesOf(0x8d, 0x0a)];
        },
      }),
    };
    const written: unknown[] = [];
    const report = await feed('replacing')
      .from(source)
      .through(decodeText('windows-1252', { onInvalid: 'replace' }))
      .through({
        kind: 'parser',
        name: 'lines',
        start: () => ({ push: (text: string) => [text] }),
      })
      .to({ name: 'list', write: async (entries) => void written.push(...entries.map(({ value }) => value)) })
      .run(['one']);
    expect(written.join('')).toBe('a\uFFFD\uFFFD\n');
    expect(report.reports[0]?.counters).toEqual({ decodeText: { replaced: 2 } });
  });
});
