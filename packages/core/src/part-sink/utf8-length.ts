/** Bytes that are counted at once. */
const SCRATCH_BYTES = 16_384;

/** Makes a function that counts the bytes of a text in UTF-8 without keeping them. */
export function utf8Counter(): (text: string) => number {
  const encoder = new TextEncoder();
  const scratch = new Uint8Array(SCRATCH_BYTES);
  return (text) => {
    let bytes = 0;
    let rest = text;
    for (;;) {
      const { read, written } = encoder.encodeInto(rest, scratch);
      bytes += written;
      if (read === rest.length) return bytes;
      rest = rest.slice(read);
    }
  };
}
