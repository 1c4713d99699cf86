import { MillraceError } from '@millrace/core';
import { BitReader } from './bit-reader.ts';
import { bzip2Block, type Damage } from './bzip2-block.ts';
import { bzip2Crc } from './bzip2-crc.ts';
import { MORE } from './more-input.ts';

const BLOCK_BYTES = 100_000;
/** The digits of π, and of its square root. */
const BLOCK = [0x314159, 0x265359] as const;
const END = [0x177245, 0x385090] as const;

/**
 * Decompresses bzip2: any number of streams, one behind the other. CRC-32 of each block and of each stream are verified.
 *
 * Input goes into `bits`; `MORE` asks for it. It returns behind the last stream.
 */
export function* bunzip2(bits: BitReader): Generator<Uint8Array | typeof MORE, void, undefined> {
  const fail = (code: string, what: string, details?: object): MillraceError =>
    new MillraceError(code, `The bzip2 data ${what}. Ask the sender for a new copy.`, {
      details: { format: 'bzip2', offset: bits.offset, ...details },
    });
  const damage: Damage = (what) =>
    bits.isOverrun ? fail('COMPRESSION_TRUNCATED', 'ends before it is complete') : fail('COMPRESSION_CORRUPT', what);
  const assertCrc = (of: string, stored: number, computed: number): void => {
    if (bits.isOverrun) throw damage('ends');
    if (stored === computed) return;
    throw fail('COMPRESSION_CHECKSUM', `is damaged: the CRC-32 of a ${of} does not fit`, { stored, computed });
  };

  // Many streams may be tiny, so that their memory is not allocated again for each.
  let sorted = new Uint32Array(0);
  for (let stream = 1; ; stream++) {
    while (!bits.has(4)) yield MORE;
    if (stream > 1 && bits.isOver) return;
    for (const expected of [0x42, 0x5a, 0x68]) {
      if (bits.read(8) === expected) continue;
      if (stream === 1 || bits.isOverrun) throw damage('does not begin as bzip2 does');
      throw fail('COMPRESSION_TRAILING_DATA', 'is followed by other bytes');
    }
    const level = bits.read(8) - 0x30;
    if (level < 1 || level > 9) throw damage('names no size of blocks');
    let streamCrc = 0;
    for (;;) {
      while (!bits.has(10)) yield MORE;
      const high = bits.read(24);
      const low = bits.read(24);
      const stored = bits.readUint32();
      if (high === END[0] && low === END[1]) {
        assertCrc('stream', stored, streamCrc);
        break;
      }
      if (high !== BLOCK[0] || low !== BLOCK[1]) throw damage('has something else where a block begins');
      if (sorted.length !== level * BLOCK_BYTES) sorted = new Uint32Array(level * BLOCK_BYTES);
      let crc = 0;
      for (const output of bzip2Block(bits, sorted, damage)) {
        if (output !== MORE) crc = bzip2Crc(output, crc);
        yield output;
      }
      assertCrc('block', stored, crc);
      streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) >>> 0;
      streamCrc = (streamCrc ^ crc) >>> 0;
    }
    bits.align();
  }
}
