const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text, or nothing if they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  // Most names are short and plain, for which the decoder takes longer than this.
  if (bytes.length <= SHORT_BYTES && isAscii(bytes)) return String.fromCharCode.apply(undefined, bytes as never);
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const SHORT_BYTES = 256;

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at]! > 0x7f) return false;
  return true;
}
