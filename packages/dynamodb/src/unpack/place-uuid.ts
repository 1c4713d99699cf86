import { sha1 } from './sha1.ts';

/** The uuid of a place: UUID version 5, RFC 9562 section 5.5, as `landingUuid` makes it, with nothing imported. */
export function placeUuid(space: string, place: string): string {
  const name = new TextEncoder().encode(place);
  const data = new Uint8Array(16 + name.byteLength);
  const digits = space.replaceAll('-', '');
  for (let index = 0; index < 16; index += 1) data[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  data.set(name, 16);
  const digest = sha1(data);
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
