/**
 * Percent-encodes a key as RFC 3986 does, with slashes left alone. One key has one encoding and two keys never share
 * one, so it may stand in an identity.
 */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
