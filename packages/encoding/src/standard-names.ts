/**
 * Names of the Encoding Standard (https://encoding.spec.whatwg.org/#names-and-labels) that iconv-lite does not know, in
 * lower case without punctuation. Those that differ by a rule are in {@link usualName}.
 */
const NAMES: Readonly<Record<string, string>> = {
  csisolatin9: 'iso885915',
  cseucpkdfmtjapanese: 'eucjp',
  csiso2022jp: 'iso2022jp',
  csunicode: 'ucs2',
  dos874: 'windows874',
  iso10646ucs2: 'ucs2',
  koi: 'koi8r',
  koi8: 'koi8r',
  logical: 'iso88598',
  suneugreek: 'iso88597',
  unicode: 'ucs2',
  unicode11utf8: 'utf8',
  unicode20utf8: 'utf8',
  unicodefeff: 'utf16le',
  unicodefffe: 'utf16be',
  visual: 'iso88598',
  xeucjp: 'eucjp',
  xmaccyrillic: 'maccyrillic',
  xmacroman: 'macintosh',
  xmacukrainian: 'maccyrillic',
  xunicode20utf8: 'utf8',
};

/** The name under which an encoding is looked up: letters and digits only. */
export function usualName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (Object.hasOwn(NAMES, plain)) return NAMES[plain]!;
  return plain
    .replace(/^(iso8859\d{1,2})19\d\d$/, '$1') // iso_8859-1:1987
    .replace(/^(cs)?(iso8859[68])[ei]$/, '$2') // The order of the letters on screen; that in the file is the same.
    .replace(/^xcp(125\d)$/, 'cp$1');
}

const OBSOLETE =
  'it hides text from whoever takes it for ASCII, and the Encoding Standard replaces all of it by one U+FFFD';

const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^((cs)?iso2022kr|iso2022cn(ext)?|hzgb2312|replacement)$/, OBSOLETE],
  [/^xuserdefined$/, 'it is no encoding of text, but bytes as characters for private use'],
  [/^(utf7|unicode11utf7|utf7imap)$/, 'what decodes it cannot tell invalid bytes'],
  [/^cesu8$/, 'what decodes it cannot tell invalid bytes'],
];

/** Why an encoding that exists is refused. */
export function whyRefused(plain: string): string | undefined {
  return REFUSED.find(([pattern]) => pattern.test(plain))?.[1];
}
