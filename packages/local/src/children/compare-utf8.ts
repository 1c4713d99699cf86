/** Order of two texts by their UTF-8 bytes, as S3 lists keys. UTF-16 order differs from it beyond U+D7FF. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
