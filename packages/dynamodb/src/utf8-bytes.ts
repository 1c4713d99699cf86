/** Below this length a loop over ASCII text is faster than the call into the runtime. */
const SHORT = 16;

/** Length of `text` in UTF-8. */
export function utf8Bytes(text: string): number {
  const { length } = text;
  if (length > SHORT) return Buffer.byteLength(text);
  for (let index = 0; index < length; index += 1) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.byteLength(text);
  }
  return length;
}
