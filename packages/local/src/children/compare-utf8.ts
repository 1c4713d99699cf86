/** Order of two texts by their UTF-8 bytes, as S3 lists keys. Order by UTF-16 units differs from it beyond U+D7FF. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const one = a.charCodeAt(at);
    const two = b.charCodeAt(at);
    if (one !== two) return rank(one) - rank(two);
  }
  return a.length - b.length;
}

/** Puts surrogates, which stand for U+10000 and beyond, after U+E000 to U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
