import { invalid } from './parquet-error.ts';

const MAX_BLOCK = 2 ** 20;

/** Reads integers that are stored as differences (DELTA_BINARY_PACKED), one by one, modulo 2^64. */
export class DeltaReader {
  readonly #bytes: Uint8Array;
  readonly #blockMinis: number;
  readonly #miniValues: number;
  #at: number;
  #left: number;
  #value: bigint;
  #first = true;
  #minDelta = 0n;
  #widthsAt = 0;
  #mini: number;
  #inMini: number;
  #bit = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
    const block = this.#length();
    this.#blockMinis = this.#length();
    this.#left = this.#length();
    this.#value = this.#zigzag();
    this.#miniValues = block / this.#blockMinis;
    if (!(block > 0 && block <= MAX_BLOCK && Number.isInteger(this.#miniValues) && this.#miniValues % 8 === 0))
      throw invalid('A list of differences has blocks of a wrong length');
    this.#mini = this.#blockMinis;
    this.#inMini = this.#miniValues;
  }

  next(): bigint {
    if ((this.#left -= 1) < 0) throw invalid('A list of differences has too few of them');
    if (this.#first) {
      this.#first = false;
      return this.#value;
    }
    if (this.#inMini === this.#miniValues) this.#nextMini();
    const width = this.#bytes[this.#widthsAt + this.#mini]!;
    this.#inMini += 1;
    this.#value = BigInt.asIntN(64, this.#value + this.#minDelta + this.#bits(width));
    return this.#value;
  }

  /** Where the bytes behind the list begin. Reads it to its end. */
  end(): number {
    for (let left = this.#first ? this.#left - 1 : this.#left; left > 0;) {
      if (this.#inMini === this.#miniValues) this.#nextMini();
      left -= this.#miniValues - this.#inMini;
      this.#inMini = this.#miniValues;
    }
    this.#left = 0;
    return this.#miniEnd();
  }

  #nextMini(): void {
    this.#at = this.#miniEnd();
    this.#mini += 1;
    if (this.#mini >= this.#blockMinis) {
      this.#minDelta = this.#zigzag();
      this.#widthsAt = this.#at;
      this.#at += this.#blockMinis;
      this.#mini = 0;
    }
    if (this.#at > this.#bytes.length) throw invalid('A list of differences breaks off');
    this.#bit = 0;
    this.#inMini = 0;
    const width = this.#bytes[this.#widthsAt + this.#mini]!;
    if (width > 64) throw invalid(`A list of differences has ${width} bits for each`);
    if (this.#miniEnd() > this.#bytes.length) throw invalid('A list of differences breaks off');
  }

  /** Each small block is as long as if it were full. */
  #miniEnd(): number {
    if (this.#mini >= this.#blockMinis) return this.#at;
    return this.#at + (this.#bytes[this.#widthsAt + this.#mini]! * this.#miniValues) / 8;
  }

  #bits(width: number): bigint {
    let value = 0n;
    for (let have = 0; have < width;) {
      const at = this.#bit + have;
      const some = Math.min(8 - (at & 7), width - have);
      const part = (this.#bytes[this.#at + (at >>> 3)]! >>> (at & 7)) & (2 ** some - 1);
      value |= BigInt(part) << BigInt(have);
      have += some;
    }
    this.#bit += width;
    return value;
  }

  #length(): number {
    const value = this.#varint();
    if (value > 0x7fffffffn) throw invalid('A list of differences is too long');
    return Number(value);
  }

  #zigzag(): bigint {
    const value = this.#varint();
    return (value >> 1n) ^ -(value & 1n);
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw invalid('A list of differences breaks off');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw invalid('A list of differences has a number that does not end');
  }
}
