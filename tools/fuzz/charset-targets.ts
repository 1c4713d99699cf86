import { feed } from '@millrace/core';
import { decodeText, type DecodeTextOptions } from '@millrace/encoding';
import { detect } from '@millrace/encoding/detect';
import { parseLines } from '@millrace/formats';
import iconv from 'iconv-lite';
import { digestBytes } from '../digest-bytes.ts';
import type { FuzzTarget } from './target.ts';

const WORDS = 'Grüße, prix 12 €\r\nПривет мир\n日本語のテキスト、株式会社\n中文資料 한국어\n😀 a\tb\n';

/** Encodings of each kind of decoder. */
const CHARSETS =
  'utf-8 utf-16 utf-16le utf-16be utf-32 windows-1252 iso-8859-1 us-ascii windows-1251 cp437 koi8-r shift_jis euc-jp gb18030 gbk big5 euc-kr iso-2022-jp detected'.split(
    ' ',
  );

/** For what is detected: among encodings of each kind. */
const DETECTION = detect({
  allowed: ['utf-8', 'utf-16', 'windows-1252', 'shift_jis', 'iso-2022-jp', 'cp437'],
  minConfidence: 0.2,
  fallback: 'cp437',
  headBytes: 1024,
});

/** Reading a table of characters takes longer than a run, so each decoder is made once. */
const decoder = memoized((charset: string, onInvalid: NonNullable<DecodeTextOptions['onInvalid']>) =>
  decodeText(charset === 'detected' ? DETECTION : charset, { onInvalid }),
);

/** Decoders, with and without a parser that takes what is no text. */
export const charsetTargets: readonly FuzzTarget[] = CHARSETS.flatMap((charset) => {
  const samples = samplesOf(charset);
  const tokens = ['efbbbf', 'fffe', 'feff', 'fffe0000', '1b2442', 'd83d', '3dd8', '8ea1a1', '8130'].map((hex) =>
    Buffer.from(hex, 'hex'),
  );
  return [
    {
      name: `decodeText-${charset}`,
      samples,
      tokens,
      feed: ({ source, sink }, random) =>
        feed('fuzz')
          .from(source)
          .through(decoder(charset, random.pick(['fail', 'replace'])))
          .through(digestBytes('sha1'))
          .to(sink),
    },
    {
      name: `decodeText-${charset}-records`,
      samples,
      tokens,
      feed: ({ source, sink }, random) =>
        feed('fuzz')
          .from(source)
          .through(decoder(charset, 'reject-record'))
          .through(parseLines({ maxRecordChars: random.pick([20, 1000]) }))
          .to(sink),
    },
  ] satisfies FuzzTarget[];
});

/** iconv-lite writes no ISO-2022-JP. */
function samplesOf(charset: string): readonly Buffer[] {
  if (charset === 'iso-2022-jp')
    return [Buffer.from('a\u001B$B$"F|K\\\u001B(B,\n\u001B(I1\u001B(J\\\u001B(B\n'), Buffer.from('plain')];
  const name = charset === 'detected' ? 'shift_jis' : charset;
  return [iconv.encode(WORDS, name), iconv.encode(WORDS, name, { addBOM: true }), Buffer.from('plain')];
}

function memoized<const A extends readonly string[], R>(make: (...args: A) => R): (...args: A) => R {
  const made = new Map<string, R>();
  return (...args) => {
    const key = args.join('\n');
    if (!made.has(key)) made.set(key, make(...args));
    return made.get(key)!;
  };
}
