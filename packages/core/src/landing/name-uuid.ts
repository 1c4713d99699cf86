import { sha1 as plainSha1 } from './sha1.ts';
import { beginSha1, mixSha1 } from './sha1-block.ts';

/** Makes the UUID (version 5, RFC 9562) of a name in one namespace. */
export type NameUuid = (name: string) => string;

/** SHA-1 of `data` in lower-case hexadecimal digits. */
export type Sha1 = (data: Uint8Array) => string;

/** Names up to this length fit into one block of SHA-1 behind the namespace. */
const SHORT = 39;

/** Codes of the hexadecimal digits, and of the dash. */
const DIGITS: readonly number[] = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const DASH = 0x2d;

/**
 * Makes UUIDs of names in `namespace`, equal to those of the uuid package's `v5`, as cheaply as this runtime can.
 *
 * Short names of ASCII, as places have, are hashed here: a tenth of what the package takes, and half of a call of
 * `node:crypto`. Longer ones are hashed by that; where it is missing (another runtime, a bundle for one), in JavaScript.
 */
export function namesIn(namespace: string, sha1: Sha1 = oneShotSha1() ?? plainSha1): NameUuid {
  const digits = namespace.replaceAll('-', '');
  const parsed = Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16));
  const view = new DataView(parsed.buffer);
  const space = [0, 4, 8, 12].map((at) => view.getInt32(at));
  const words = new Int32Array(80);
  const state = new Int32Array(5);
  const anyName = (name: string): string => {
    const bytes = new TextEncoder().encode(name);
    const data = new Uint8Array(16 + bytes.length);
    data.set(parsed);
    data.set(bytes, 16);
    const hex = sha1(data);
    for (let index = 0; index < 4; index += 1) state[index] = Number.parseInt(hex.slice(8 * index, 8 * index + 8), 16);
    return formatted(state);
  };
  return (name) => {
    const { length } = name;
    if (length > SHORT) return anyName(name);
    for (let index = 0; index < 16; index += 1) words[index] = index < 4 ? space[index]! : 0;
    for (let index = 0; index < length; index += 1) {
      const code = name.charCodeAt(index);
      if (code > 0x7f) return anyName(name);
      words[4 + (index >> 2)]! |= code << (24 - 8 * (index & 3));
    }
    words[4 + (length >> 2)]! |= 0x80 << (24 - 8 * (length & 3));
    words[15] = 8 * (16 + length);
    beginSha1(state);
    mixSha1(state, words);
    return formatted(state);
  };
}

/** With its version and variant. All digits at once: text made of parts costs twice the time, and keeps the parts. */
function formatted(state: Int32Array): string {
  const [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!];
  return String.fromCharCode(
    DIGITS[a >>> 28]!,
    DIGITS[(a >>> 24) & 15]!,
    DIGITS[(a >>> 20) & 15]!,
    DIGITS[(a >>> 16) & 15]!,
    DIGITS[(a >>> 12) & 15]!,
    DIGITS[(a >>> 8) & 15]!,
    DIGITS[(a >>> 4) & 15]!,
    DIGITS[a & 15]!,
    DASH,
    DIGITS[b >>> 28]!,
    DIGITS[(b >>> 24) & 15]!,
    DIGITS[(b >>> 20) & 15]!,
    DIGITS[(b >>> 16) & 15]!,
    DASH,
    DIGITS[5]!,
    DIGITS[(b >>> 8) & 15]!,
    DIGITS[(b >>> 4) & 15]!,
    DIGITS[b & 15]!,
    DASH,
    DIGITS[((c >>> 28) & 3) | 8]!,
    DIGITS[(c >>> 24) & 15]!,
    DIGITS[(c >>> 20) & 15]!,
    DIGITS[(c >>> 16) & 15]!,
    DASH,
    DIGITS[(c >>> 12) & 15]!,
    DIGITS[(c >>> 8) & 15]!,
    DIGITS[(c >>> 4) & 15]!,
    DIGITS[c & 15]!,
    DIGITS[d >>> 28]!,
    DIGITS[(d >>> 24) & 15]!,
    DIGITS[(d >>> 20) & 15]!,
    DIGITS[(d >>> 16) & 15]!,
    DIGITS[(d >>> 12) & 15]!,
    DIGITS[(d >>> 8) & 15]!,
    DIGITS[(d >>> 4) & 15]!,
    DIGITS[d & 15]!,
  );
}

function oneShotSha1(): Sha1 | undefined {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto');
  return typeof crypto?.hash === 'function' ? (data) => crypto.hash('sha1', data, 'hex') : undefined;
}
