import { isTar } from './tar/tar-signature.ts';

/** Bytes that are enough to recognize each format: a header of tar. */
export const FOREIGN_HEAD_LENGTH = 512;

/** What files begin with that are taken for gzip by mistake, in hexadecimal digits. */
const MARKS: readonly (readonly [format: string, hex: string])[] = [
  ['zip', '504b0304'],
  ['zip', '504b0506'],
  ['zstd', '28b52ffd'],
  ['bzip2', '425a68'],
  ['xz', 'fd377a585a00'],
  ['LZ4', '04224d18'],
  ['Snappy', 'ff060000734e61507059'],
  ['lzip', '4c5a495001'],
  ['Unix compress (.Z)', '1f9d'],
  ['7z', '377abcaf271c'],
  ['rar', '526172211a07'],
  ['Parquet', '50415231'],
  ['zlib', '7801'],
  ['zlib', '789c'],
  ['zlib', '78da'],
];

const BUILT_IN = new Set(['zstd', 'zlib']);
const OPTIONAL = new Set(['bzip2', 'tar', 'zip']);

/** Says what data is that is not gzip, by its first bytes, and what to do about it. */
export function foreignFormat(head: Uint8Array): string {
  const hex = Array.from(head.subarray(0, 10), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const format = isTar(head) ? 'tar' : MARKS.find(([, mark]) => hex.startsWith(mark))?.[0];
  if (format === undefined) {
    return isText(head)
      ? 'The data is text, not gzip: it does not start with 1f 8b. Leave out gunzip(), or use decompress() for both.'
      : 'The data is not gzip: it does not start with 1f 8b. Leave out gunzip() for files that are not compressed.';
  }
  const what = `The data is ${format}, not gzip.`;
  if (BUILT_IN.has(format)) return `${what} Put decompress() in place of gunzip().`;
  if (OPTIONAL.has(format)) return `${what} Put decompress({ formats: [${format}()] }) in place of gunzip().`;
  if (format === 'Parquet') return `${what} Put parseParquet() of @millrace/parquet in place of gunzip().`;
  return `${what} Ask the sender for gzip.`;
}

/** Whether these bytes have no control characters but those of text, or begin with the mark of UTF-16. */
function isText(head: Uint8Array): boolean {
  const [first, second] = head;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
