/** Input that comes in pieces, to be taken in other pieces. */
export class ByteQueue {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #before = 0;
  #ended = false;

  /** Adds a piece. What was not taken of earlier ones is copied, so it should be little. */
  append(piece: Uint8Array): void {
    const rest = this.rest();
    this.#before += this.#at;
    this.#at = 0;
    // A view of a Buffer costs several times as much as one of a plain array, and an archive of small files has many.
    this.#bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
    if (rest.length === 0) return;
    this.#bytes = new Uint8Array(rest.length + piece.length);
    this.#bytes.set(rest);
    this.#bytes.set(piece, rest.length);
  }

  /** Says that no piece follows. */
  end(): void {
    this.#ended = true;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** Bytes taken so far. */
  get offset(): number {
    return this.#before + this.#at;
  }

  /** What is there and was not taken; it stays. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  /** The next bytes: as many as wanted, or as are there. */
  take(most: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#at, Math.min(this.#at + most, this.#bytes.length));
    this.#at += taken.length;
    return taken;
  }

  /** Puts back the last bytes of what was taken last. */
  giveBack(count: number): void {
    this.#at -= count;
  }
}
