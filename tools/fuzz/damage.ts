import type { Random } from '../reliability/random.ts';

/** Inputs grow no larger than this. */
const MAX_BYTES = 64 * 1024;

/** Bytes that stand at the borders of what formats and encodings allow. */
const BORDERS = [0x00, 0x01, 0x0a, 0x0d, 0x1a, 0x1b, 0x22, 0x2c, 0x5c, 0x7f, 0x80, 0xbf, 0xc0, 0xed, 0xef, 0xfe, 0xff];

/** A sample with none, one or several kinds of damage. */
export function damaged(
  { samples, tokens }: { readonly samples: readonly Uint8Array[]; readonly tokens: readonly Uint8Array[] },
  random: Random,
): Uint8Array {
  let bytes = Uint8Array.from(random.pick(samples));
  if (random.chance(0.05)) return bytes;
  for (let left = random.int(1, 8); left > 0; left -= 1) bytes = random.pick(KINDS)(bytes, random, samples, tokens);
  return bytes.subarray(0, MAX_BYTES);
}

type Damage = (
  bytes: Uint8Array,
  random: Random,
  samples: readonly Uint8Array[],
  tokens: readonly Uint8Array[],
) => Uint8Array<ArrayBuffer>;

const KINDS: readonly Damage[] = [
  // A bit is flipped.
  (bytes, random) => overwritten(bytes, random, (byte) => byte ^ (1 << random.int(0, 7))),
  // A byte is another one.
  (bytes, random) => overwritten(bytes, random, () => random.int(0, 255)),
  (bytes, random) => overwritten(bytes, random, () => random.pick(BORDERS)),
  // A token, or a few bytes, come in between.
  (bytes, random, _, tokens) => inserted(bytes, random, tokens.length > 0 ? random.pick(tokens) : noise(random)),
  (bytes, random) => inserted(bytes, random, noise(random)),
  // A part is cut out, or doubled, or repeated many times.
  (bytes, random) => {
    const [start, end] = part(bytes, random);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  (bytes, random) => {
    const [start, end] = part(bytes, random);
    return joined(bytes.subarray(0, end), bytes.subarray(start));
  },
  (bytes, random) => {
    const [start, end] = part(bytes, random);
    const times = Math.min(random.pick([2, 3, 20, 2000]), Math.floor(MAX_BYTES / Math.max(1, end - start)));
    return joined(bytes.subarray(0, end), ...Array.from({ length: times }, () => bytes.subarray(start, end)));
  },
  // The input ends early.
  (bytes, random) => joined(bytes.subarray(0, random.int(0, bytes.length))),
  // Another sample follows from somewhere.
  (bytes, random, samples) => {
    const other = random.pick(samples);
    return joined(bytes.subarray(0, random.int(0, bytes.length)), other.subarray(random.int(0, other.length)));
  },
];

function overwritten(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array<ArrayBuffer> {
  const changed = Uint8Array.from(bytes);
  if (changed.length === 0) return changed;
  const at = random.int(0, changed.length - 1);
  changed[at] = change(changed[at]!);
  return changed;
}

function inserted(bytes: Uint8Array, random: Random, piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = random.int(0, bytes.length);
  return joined(bytes.subarray(0, at), piece, bytes.subarray(at));
}

function noise(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.int(1, 16) }, () => random.int(0, 255));
}

/** Where a part begins and ends: mostly a short one. */
function part(bytes: Uint8Array, random: Random): readonly [number, number] {
  const start = random.int(0, bytes.length);
  const most = random.chance(0.8) ? Math.min(bytes.length, start + 64) : bytes.length;
  return [start, random.int(start, most)];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}
