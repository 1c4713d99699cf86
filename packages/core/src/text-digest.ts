/**
 * The first hexadecimal digits, 64 at most, of the SHA-256 of a text in UTF-8: a short name for what may be long, such as
 * an item's id, in keys and file names.
 */
export async function textDigest(text: string, digits: number): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits);
}
