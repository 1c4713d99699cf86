import { invalid } from './parquet-error.ts';

/**
 * Reads numbers in Parquet's hybrid of run lengths and bit packing: levels, and positions in a dictionary. They are unpacked
 * as they are asked for, so that a run of a billion takes no memory. https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
export class HybridReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #width: number;
  readonly #mask: number;
  #at: number;
  #bit = 0;
  #run = 0;
  #value = 0;
  #packed = 0;

  /** @param width bits of a number, up to 32 */
  constructor(bytes: Uint8Array, start: number, end: number, width: number) {
    if (width > 32) throw invalid(`Its numbers have ${width} bits`);
    if (end > bytes.length) throw invalid('A list of numbers is longer than its page');
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#width = width;
    this.#mask = width === 32 ? 0xffffffff : 2 ** width - 1;
  }

  /** Puts the next `count` numbers to the front of `out`. */
  read(out: Int32Array, count: number): void {
    // Nothing has to be written where all numbers are 0.
    if (this.#width === 0) {
      out.fill(0, 0, count);
      return;
    }
    for (let done = 0; done < count;) {
      if (this.#run === 0 && this.#packed === 0) this.#begin();
      if (this.#run > 0) {
        const some = Math.min(this.#run, count - done);
        out.fill(this.#value, done, done + some);
        this.#run -= some;
        done += some;
      } else if (this.#packed > 0) {
        const some = Math.min(this.#packed, count - done);
        this.#unpack(out, done, some);
        this.#packed -= some;
        done += some;
      }
    }
  }

  #begin(): void {
    // What is left of a packed byte is padding.
    if (this.#bit > 0) this.#at += 1;
    this.#bit = 0;
    const head = this.#varint();
    const count = Math.floor(head / 2);
    if (head % 2 === 1) {
      this.#packed = count * 8;
      return;
    }
    this.#run = count;
    this.#value = 0;
    for (let index = 0; index < this.#width; index += 8) this.#value |= this.#byte() << index;
  }

  #unpack(out: Int32Array, from: number, count: number): void {
    const [bytes, width, mask] = [this.#bytes, this.#width, this.#mask];
    let [at, bit] = [this.#at, this.#bit];
    if (Math.ceil((bit + count * width) / 8) > this.#end - at) throw invalid('A list of numbers breaks off');
    for (let index = from; index < from + count; index += 1) {
      const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      let value = low >>> bit;
      if (bit + width > 32) value |= bytes[at + 4]! << (32 - bit);
      out[index] = value & mask;
      bit += width;
      at += bit >>> 3;
      bit &= 7;
    }
    this.#at = at;
    this.#bit = bit;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw invalid('A list of numbers has a run without a length');
  }

  #byte(): number {
    if (this.#at >= this.#end) throw invalid('A list of numbers breaks off');
    return this.#bytes[this.#at++]!;
  }
}
