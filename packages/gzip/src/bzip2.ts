import { BitReader } from './bit-reader.ts';
import { bunzip2 } from './bunzip2.ts';
import type { ExtraFormat } from './extra-format.ts';
import { type Layer, layerError } from './layer.ts';
import { MORE } from './more-input.ts';
import { limitPassed, type OutputLimits } from './output-limits.ts';

/** Data is read in pieces of this size, so that its ratio is judged by what was really read. */
const PIECE_BYTES = 64 * 1024;

/**
 * Lets `decompress` undo bzip2: `decompress({ formats: [bzip2()] })`. Any number of streams may follow each other, as parallel
 * compressors write them. CRC-32 of every block and every stream are verified.
 *
 * It is JavaScript, a block of at most 900,000 bytes at a time, and takes about 6 MB of memory. Blocks in the form of
 * bzip2 before 0.9.5 (1999) are refused as `COMPRESSION_CORRUPT`.
 */
export function bzip2(): ExtraFormat {
  return Object.freeze<ExtraFormat>({ format: 'bzip2', suffixes: ['bz2', 'bzip2'], start: bzip2Layer });
}

/** Undoes bzip2, as a layer of `decompress` or of a file in an archive. */
export function bzip2Layer(limits: OutputLimits): Layer {
  const bits = new BitReader();
  const outputs = bunzip2(bits);
  let read = 0;
  let produced = 0;
  let closed = false;

  async function* available(): AsyncGenerator<Uint8Array, void, undefined> {
    while (!closed) {
      const { done, value } = outputs.next();
      if (done === true || value === MORE) return;
      produced += value.length;
      const passed = limitPassed(limits, produced, read);
      if (passed !== undefined) throw layerError(passed, 'bzip2');
      yield value;
    }
  }

  return {
    push: async function* (input) {
      for (let at = 0; at < input.length && !closed; at += PIECE_BYTES) {
        const piece = input.subarray(at, at + PIECE_BYTES);
        read += piece.length;
        bits.append(piece);
        yield* available();
      }
    },
    end: async function* () {
      bits.end();
      yield* available();
    },
    close: () => {
      closed = true;
    },
  };
}
