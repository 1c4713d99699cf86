import { Buffer } from 'node:buffer';
import { charsetDecoderCases } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { decodeText } from '../src/index.ts';
import { SAMPLES } from './charsets.ts';

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

describe('the contract of codecs', () => {
  const charsets = ['utf-8', 'utf-16le', 'utf-32be', 'shift_jis', 'gb18030'];
  for (const { charset, text, bytes: input } of SAMPLES.filter((sample) => charsets.includes(sample.charset))) {
    const codec = decodeText(charset);
    const samples = [{ name: charset, input, outputs: [text] }];
    for (const { name, run } of charsetDecoderCases({ create: () => codec, samples })) it(name, run);
  }

  const failing = charsetDecoderCases({
    create: () => decodeText('utf-8'),
    endless: [{ name: 'text', chunk: Buffer.from('é'.repeat(32_768)) }],
    samples: [
      { name: 'empty', input: bytes(''), outputs: [] },
      { name: 'one byte', input: bytes('61'), outputs: ['a'] },
      { name: 'a byte order mark alone', input: bytes('efbbbf'), outputs: [] },
      { name: 'damaged', input: bytes('6162ff63c3a9'), error: 'ENCODING_INVALID' },
      { name: 'cut short', input: bytes('61e282'), error: 'ENCODING_INVALID' },
      { name: 'another encoding', input: bytes('fffe61006200'), error: 'ENCODING_BOM_CONTRADICTS' },
    ],
  });
  for (const { name, run } of failing) it(`fail: ${name}`, run);

  const replacing = charsetDecoderCases({
    create: () => decodeText('windows-1252', { onInvalid: 'replace' }),
    samples: [{ name: 'damaged', input: bytes('61818d80'), outputs: ['a\uFFFD\uFFFD€'], counters: { replaced: 2 } }],
  });
  for (const { name, run } of replacing) it(`replace: ${name}`, run);
});
