import { invalid } from './parquet-error.ts';

const MAX_DEPTH = 32;
const TYPES = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/**
 * Walks over one struct of Thrift's compact protocol and says where it ends; `undefined` where the bytes end first. hyparquet
 * allocates what a list declares before it looks for it, and recurses as deep as it is told; what passed here is safe to give
 * to it. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 *
 * @param maxStructs structs at most: each becomes an object of a hundred bytes and more
 * @throws MillraceError `PARQUET_INVALID`
 */
export function thriftExtent(bytes: Uint8Array, start: number, maxStructs: number): number | undefined {
  const walk = new Walk(bytes, start, maxStructs);
  try {
    walk.struct(0);
  } catch (thrown) {
    if (thrown === ENDED) return undefined;
    throw thrown;
  }
  return walk.at;
}

const ENDED: unique symbol = Symbol('ended');

class Walk {
  at: number;
  readonly #bytes: Uint8Array;
  #structsLeft: number;

  constructor(bytes: Uint8Array, start: number, maxStructs: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#structsLeft = maxStructs;
  }

  struct(depth: number): void {
    if (depth > MAX_DEPTH) throw invalid('Its metadata is nested too deeply');
    if ((this.#structsLeft -= 1) < 0) throw invalid('Its metadata has too many parts');
    for (;;) {
      const byte = this.#byte();
      if (byte === 0) return;
      if (byte >> 4 === 0) this.#varint();
      this.#value(byte & 15, depth);
    }
  }

  #value(type: number, depth: number): void {
    if (type === TYPES.true || type === TYPES.false) return;
    if (type === TYPES.byte) this.#pass(1);
    else if (type >= TYPES.i16 && type <= TYPES.i64) this.#varint();
    else if (type === TYPES.double) this.#pass(8);
    else if (type === TYPES.binary) this.#pass(this.#varint());
    else if (type === TYPES.list) this.#list(depth + 1);
    else if (type === TYPES.struct) this.struct(depth + 1);
    else throw invalid(`Its metadata has a value of an unknown type, ${type}`);
  }

  #list(depth: number): void {
    if (depth > MAX_DEPTH) throw invalid('Its metadata is nested too deeply');
    const head = this.#byte();
    const type = head & 15;
    const count = head >> 4 === 15 ? this.#varint() : head >> 4;
    // Each element takes a byte at least.
    if (count > this.#bytes.length - this.at) throw ENDED;
    for (let index = 0; index < count; index += 1) {
      if (type === TYPES.true || type === TYPES.false) this.#pass(1);
      else this.#value(type, depth);
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw ENDED;
    this.at += 1;
    return byte;
  }

  /** Up to 10 bytes; the value matters only where it is a length, which has 31 bits. */
  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw invalid('Its metadata has a number that does not end');
  }

  #pass(count: number): void {
    if (count > this.#bytes.length - this.at) throw ENDED;
    this.at += count;
  }
}
