import { utf8Text } from '../utf8-text.ts';

/** A name as text: UTF-8 if it is valid as such, otherwise ISO-8859-1, since a header says nothing of its encoding. */
export function tarName(bytes: Uint8Array): string {
  const name = utf8Text(bytes) ?? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  // `tar -c .` writes ./a.csv, which is the same file as a.csv.
  return name.startsWith('./') ? name.replace(/^(?:\.\/+)+/, '') : name;
}
