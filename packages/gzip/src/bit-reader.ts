/** Reads bits, the highest of each byte first, out of input that comes in pieces. */
export class BitReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** The last bytes taken; only the lowest `#count` bits of them are still to be read. */
  #bits = 0;
  #count = 0;
  /** Bytes of earlier pieces. */
  #before = 0;
  #ended = false;

  /** Adds a piece. What is not read yet of earlier ones is copied, so it should be little. */
  append(piece: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#before += this.#at;
    this.#at = 0;
    if (rest.length === 0) {
      this.#bytes = piece;
      return;
    }
    const joined = new Uint8Array(rest.length + piece.length);
    joined.set(rest);
    joined.set(piece, rest.length);
    this.#bytes = joined;
  }

  /** Says that no piece follows. */
  end(): void {
    this.#ended = true;
  }

  /** Whether so many bytes can be read, or no more will come. */
  has(bytes: number): boolean {
    return this.#ended || this.#bytes.length - this.#at >= bytes;
  }

  /** Whether every whole byte was read, and no more will come. */
  get isOver(): boolean {
    return this.#ended && this.#at - (this.#count >> 3) >= this.#bytes.length;
  }

  /** Whether more was read than came: all that was read behind the end is zeros. */
  get isOverrun(): boolean {
    return this.#at - (this.#count >> 3) > this.#bytes.length;
  }

  /** Bytes read so far, the one begun among them. */
  get offset(): number {
    return this.#before + this.#at - (this.#count >> 3);
  }

  /** The next `count` bits as a number; at most 24. */
  read(count: number): number {
    this.#fill(count);
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  readUint32(): number {
    return this.read(16) * 0x10000 + this.read(16);
  }

  /** The next `count` bits, which stay to be read; at most 24. */
  peek(count: number): number {
    this.#fill(count);
    return (this.#bits >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** Passes bits that were peeked at. */
  skip(count: number): void {
    this.#count -= count;
  }

  /** Passes what is left of a byte that was begun. */
  align(): void {
    this.#count &= ~7;
  }

  #fill(count: number): void {
    while (this.#count < count) {
      this.#bits = (this.#bits << 8) | (this.#bytes[this.#at++] ?? 0);
      this.#count += 8;
    }
  }
}
