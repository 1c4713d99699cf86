import buffer from 'node:buffer';

/** Shorter texts are not worth two calls. */
const SHORT = 1024;

/** Longer texts would keep much memory for little. */
const LONG: number = 512 * 1024;

let scratch: Buffer | undefined;

/**
 * The text in UTF-8. By way of UTF-16, which V8 copies and simdutf converts: V8's own conversion takes four times as long.
 *
 * @param text without half surrogate pairs
 */
export function utf8Text(text: string): Buffer {
  const { transcode } = buffer as Partial<typeof buffer>;
  // Node without ICU has none.
  if (text.length < SHORT || text.length > LONG || transcode === undefined) return Buffer.from(text);
  scratch ??= Buffer.allocUnsafeSlow(2 * LONG);
  return transcode(scratch.subarray(0, scratch.write(text, 'utf16le')), 'utf16le', 'utf8') as Buffer;
}
