import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';

const LATIN = 'Ærø, naïve façade: ¡olé! €5\r\n';
const CJK = '日本語とカタカナ、漢字 中文 12,5\r\n';

/** Text of encodings that have more than one byte a character, as bytes made by iconv-lite or by hand. */
export const SAMPLES: readonly { readonly charset: string; readonly text: string; readonly bytes: Uint8Array }[] = [
  ...['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'].map((charset) =>
    encoded(charset, `${LATIN}${CJK}𠮷 😀`),
  ),
  ...['shift_jis', 'euc-jp'].map((charset) => encoded(charset, `ｱｲｳ ${CJK}`)),
  // 0x8F begins a character of three bytes, which iconv-lite does not write.
  { charset: 'euc-jp', text: 'aд丂b', bytes: Buffer.from('61a7d58fb0a162', 'hex') },
  ...['gbk', 'gb2312', 'gb18030'].map((charset) => encoded(charset, '简体中文 测试，12,5\r\n')),
  encoded('gb18030', `${LATIN}한국어 €\uFFFD 𠮷😀`),
  ...['big5', 'cp950'].map((charset) => encoded(charset, '繁體中文測試，12,5\r\n')),
  encoded('big5', 'Ê̄ 𧉧'), // A pair that stands for two characters, and one beyond U+FFFF.
  ...['euc-kr', 'cp949'].map((charset) => encoded(charset, '한국어 각 힣 텍스트 12,5\r\n')),
];

function encoded(charset: string, text: string): { charset: string; text: string; bytes: Uint8Array } {
  return { charset, text, bytes: iconv.encode(text, charset as 'utf8') };
}

/** Every name of iconv-lite that `decodeText` should know, and is not Unicode. */
export function legacyNames(): readonly string[] {
  iconv.encodingExists('utf8'); // Loads the list.
  const skipped = /^(_|utf|ucs|unicode|cesu|base64|hex|binary)/;
  return Object.keys(iconv.encodings ?? {}).filter((name) => !skipped.test(name));
}

/** One name for each of these encodings: those that are no other name's alias. */
export function legacyEncodings(): readonly string[] {
  return legacyNames().filter((name) => typeof (iconv.encodings as Record<string, unknown>)[name] !== 'string');
}

/** All bytes that are a character of this encoding by themselves. */
export function singleBytes(charset: string): Uint8Array {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  return Uint8Array.from(bytes.filter((byte) => !iconv.decode(Buffer.of(byte), charset as 'utf8').includes('\uFFFD')));
}
