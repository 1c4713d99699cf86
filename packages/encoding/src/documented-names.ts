import { usualName } from './standard-names.ts';

/** Names of the Encoding Standard, and of the Unicode encodings beyond it, as the documentation writes them. */
const NAMES: readonly string[] = [
  ...['utf-8', 'utf-16', 'utf-16le', 'utf-16be', 'utf-32', 'utf-32le', 'utf-32be', 'us-ascii'],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16].map((part) => `iso-8859-${part}`),
  ...[874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258].map((page) => `windows-${page}`),
  ...['koi8-r', 'koi8-u', 'ibm866', 'macintosh', 'mac-cyrillic', 'gbk', 'gb18030', 'big5', 'big5-hkscs', 'shift_jis'],
  ...['euc-jp', 'euc-kr', 'iso-2022-jp'],
];

/** The encodings that people declare, as the documentation writes them. */
export function documentedNames(): readonly string[] {
  return NAMES;
}

/** The documentation's spelling of a name without punctuation; the name itself if the documentation has none. */
export function documentedName(plain: string): string {
  return NAMES.find((name) => usualName(name) === plain) ?? plain;
}
