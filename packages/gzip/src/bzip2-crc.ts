const POLYNOMIAL = 0x04c11db7;

let table: Int32Array | undefined;

/** CRC-32 as bzip2 has it, the highest bit of a byte first, continuing from `previous`; 0 is where it begins. */
export function bzip2Crc(bytes: Uint8Array, previous: number): number {
  const remainders = (table ??= makeTable());
  let crc = ~previous;
  for (let at = 0; at < bytes.length; at++) crc = (crc << 8) ^ remainders[(crc >>> 24) ^ bytes[at]!]!;
  return ~crc >>> 0;
}

function makeTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte << 24;
    for (let bit = 0; bit < 8; bit++) remainder = remainder < 0 ? (remainder << 1) ^ POLYNOMIAL : remainder << 1;
    return remainder;
  });
}
