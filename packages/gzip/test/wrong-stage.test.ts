import { deflateSync, zstdCompressSync } from 'node:zlib';
import { runDecoder } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { decompress } from '../src/index.ts';
import { driveBoth } from './drive.ts';
import { cut, records } from './gzip-file.ts';
import { entry, tarFile } from './tar/tar-file.ts';
import { zipFile } from './zip/zip-file.ts';

const TEXT = records(40);

describe('gunzip says what data is that is not gzip', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['text', Buffer.from(TEXT), /is text, not gzip.*Leave out gunzip/],
    ['a short text', Buffer.from('a'), /is text/],
    ['text in UTF-8', Buffer.from('é\r\n\tü'), /is text/],
    ['text in UTF-16', Buffer.from('\ufeffa,b', 'utf16le'), /is text/],
    ['bytes', Uint8Array.of(0x1f, 0, 1, 2), /does not start with 1f 8b/],
    ['zip', zipFile([{ name: 'a', data: TEXT }]), /is zip, not gzip.*formats: \[zip\(\)\]/],
    ['tar', tarFile([{ name: 'a', data: TEXT }]), /is tar, not gzip.*formats: \[tar\(\)\]/],
    ['tar of before POSIX', entry({ name: 'a', form: 'v7' }), /is tar/],
    ['bzip2', Buffer.from('BZh91AY&SY'), /is bzip2, not gzip.*formats: \[bzip2\(\)\]/],
    ['zstd', zstdCompressSync(TEXT), /is zstd, not gzip.*decompress\(\)/],
    ['zlib', deflateSync(TEXT), /is zlib, not gzip.*decompress\(\)/],
    ['compress, which has a byte of gzip', Uint8Array.of(0x1f, 0x9d, 0x90, 1), /is Unix compress/],
    ['7z', Buffer.from('377abcaf271c0004', 'hex'), /is 7z, not gzip.*Ask the sender/],
    ['Parquet', Buffer.from('PAR1\x15\x04'), /is Parquet.*parseParquet/],
  ])('%s', async (_, bytes, message) => {
    for (const size of [1, 100, 100_000]) {
      const { error, output } = await driveBoth({}, cut(Buffer.from(bytes), size));
      expect(error).toMatchObject({ code: 'GZIP_INVALID', details: { offset: 0, member: 1 } });
      expect(error?.message).toMatch(message);
      expect(output).toHaveLength(0);
    }
  });

  it('but after a member, other bytes are trailing data', async () => {
    const { code } = await driveBoth({}, [Buffer.from('H4sIAAAAAAACA0sEAEO+t+gBAAAA', 'base64'), Buffer.from(TEXT)]);
    expect(code).toBe('GZIP_TRAILING_DATA');
  });
});

describe('a dictionary that is needed is named as such', () => {
  it.each<[string, Uint8Array]>([
    ['zlib', deflateSync(TEXT, { dictionary: Buffer.from(records(3)) })],
    // What zstd 1.5 made of a line, with a dictionary that it was trained on.
    ['zstd', Buffer.from('KLUv/SeJGB8mSJUAAGPAAE2/HgT84BhVZXaSzVVRCyuS15c=', 'base64')],
  ])('%s', async (format, bytes) => {
    for (const size of [1, 100_000]) {
      const codec = decompress({ expect: format as 'zlib' });
      await expect(runDecoder(codec, cut(Buffer.from(bytes), size))).rejects.toMatchObject({
        code: 'COMPRESSION_DICTIONARY',
        details: { format },
      });
    }
  });
});
