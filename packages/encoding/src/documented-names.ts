import { usualName } from './standard-names.ts';

/** Names of the Encoding Standard, and of the Unicode encodings beyond it, as the documentation writes them. */
const NAMES: readonly string[] = [
  'utf-8',
  'utf-16',
  'utf-16le',
  'utf-16be',
  'utf-32',
  'utf-32le',
  'utf-32be',
  'us-ascii',
  'iso-8859-1',
  'iso-8859-2',
  'iso-8859-3',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'iso-8859-8',
  'iso-8859-9',
  'iso-8859-10',
  'iso-8859-11',
  'iso-8859-13',
  'iso-8859-14',
  'iso-8859-15',
  'iso-8859-16',
  'koi8-r',
  'koi8-u',
  'ibm866',
  'macintosh',
  'mac-cyrillic',
  'windows-874',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'gbk',
  'gb18030',
  'big5',
  'big5-hkscs',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'iso-2022-jp',
];

/** The encodings that people declare, as the documentation writes them. */
export function documentedNames(): readonly string[] {
  return NAMES;
}

/** The documentation's spelling of a name without punctuation; the name itself if the documentation has none. */
export function documentedName(plain: string): string {
  return NAMES.find((name) => usualName(name) === plain) ?? plain;
}
