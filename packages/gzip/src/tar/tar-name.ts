/** A name as text: UTF-8 if it is valid as such, otherwise ISO-8859-1, since a header says nothing of its encoding. */
export function tarName(bytes: Uint8Array): string {
  // `tar -c .` writes ./a.csv, which is the same file as a.csv.
  return decoded(bytes).replace(/^(?:\.\/+)+/, '');
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}
