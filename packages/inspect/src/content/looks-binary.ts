/** Bytes that are looked at. */
const ENOUGH = 64 * 1024;

/** Whether bytes are not text: control characters that no text has. UTF-16 and UTF-32 have zeros, but at regular places. */
export function looksBinary(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, ENOUGH);
  if (head.length === 0 || hasWideMark(head)) return false;
  let controls = 0;
  const zeros = [0, 0, 0, 0];
  for (let index = 0; index < head.length; index += 1) {
    const byte = head[index]!;
    if (byte === 0) zeros[index & 3]! += 1;
    else if (byte < 0x1b && ![0x09, 0x0a, 0x0c, 0x0d].includes(byte)) controls += 1;
  }
  const total = zeros.reduce((sum, count) => sum + count, 0);
  if (total === 0) return controls > head.length / 200;
  const units = head.length / 4;
  const even = zeros[0]! + zeros[2]!;
  const odd = zeros[1]! + zeros[3]!;
  // Half of a character in UTF-16 may be any byte, so control characters say nothing then.
  const isWide = Math.max(even, odd) > 0.1 * 2 * units && Math.min(even, odd) < 0.02 * 2 * units;
  if (isWide || zeros.filter((count) => count > 0.9 * units).length >= 2) return false;
  return total + controls > head.length / 200;
}

function hasWideMark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
