import { sha1 } from './sha1.ts';

/** Makes the uuid of a place. */
export type PlaceUuid = (place: string) => string;

/** The uuids of the places of one object: UUID version 5, RFC 9562 section 5.5, as `landingUuid` makes them. */
export function placeUuids(space: string): PlaceUuid {
  const encoder = new TextEncoder();
  const digits = space.replaceAll('-', '');
  const prefix = Uint8Array.from({ length: 16 }, (_, n) => Number.parseInt(digits.slice(n * 2, n * 2 + 2), 16));
  const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
  return (place) => {
    const name = encoder.encode(place);
    const data = new Uint8Array(prefix.length + name.length);
    data.set(prefix);
    data.set(name, prefix.length);
    const digest = sha1(data);
    digest[6] = (digest[6]! & 0x0f) | 0x50;
    digest[8] = (digest[8]! & 0x3f) | 0x80;
    let text = '';
    for (let n = 0; n < 16; n += 1)
      text += n === 4 || n === 6 || n === 8 || n === 10 ? `-${hex[digest[n]!]}` : hex[digest[n]!];
    return text;
  };
}
