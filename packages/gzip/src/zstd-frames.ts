const MAGIC = 0xfd2fb528;
/** Of 16 magic numbers, without their last digit. */
const SKIPPABLE = 0x0184d2a5;

/** A stretch of an input that belongs to one frame. */
export interface ZstdStretch {
  readonly from: number;
  readonly to: number;
  /** Whether a frame ends with it. */
  readonly ends: boolean;
}

/** How many bytes each part of a frame has that must be looked at. */
const LENGTHS = { magic: 4, length: 4, descriptor: 1, block: 3 } as const;

/**
 * Finds where frames end (RFC 8878, section 3.1): blocks and skippable frames say how long they are. node:zlib stops behind
 * the first frame and says nothing of the others.
 */
export class ZstdFrames {
  readonly #notFrame: () => Error;
  #part: keyof typeof LENGTHS = 'magic';
  #value = 0;
  #have = 0;
  /** Bytes that need not be looked at, and what follows them. */
  #passing = 0;
  #after: 'block' | 'end' = 'end';
  #hasChecksum = false;
  #inFrame = false;
  #count = 0;

  /** @param notFrame makes the error for bytes that begin no frame */
  constructor(notFrame: () => Error) {
    this.#notFrame = notFrame;
  }

  /** Whether a frame has begun and not ended. */
  get inFrame(): boolean {
    return this.#inFrame;
  }

  /** Frames that have begun so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether the bytes so far do not show yet that they begin a frame. */
  get isUnknown(): boolean {
    return this.#inFrame && this.#part === 'magic' && this.#have > 0;
  }

  /** The stretches of the next input. */
  *stretches(input: Uint8Array): Generator<ZstdStretch, void, undefined> {
    let from = 0;
    for (let at = 0; at < input.length;) {
      if (!this.#inFrame) this.#count += 1;
      this.#inFrame = true;
      const taken = Math.min(this.#passing, input.length - at);
      if (taken > 0) {
        this.#passing -= taken;
        at += taken;
      } else {
        this.#take(input[at]!);
        at += 1;
      }
      if (this.#passing > 0 || this.#have > 0 || this.#after !== 'end' || this.#part !== 'magic') continue;
      this.#inFrame = false;
      yield { from, to: at, ends: true };
      from = at;
    }
    if (from < input.length) yield { from, to: input.length, ends: false };
  }

  #take(byte: number): void {
    if (this.#have === 0 && this.#part === 'magic') this.#after = 'block'; // A frame is not over where it begins.
    this.#value += byte * 2 ** (8 * this.#have);
    this.#have += 1;
    if (this.#have < LENGTHS[this.#part]) return;
    const value = this.#value;
    this.#value = 0;
    this.#have = 0;
    switch (this.#part) {
      case 'magic':
        if (value === MAGIC) this.#part = 'descriptor';
        else if (value >>> 4 === SKIPPABLE) this.#part = 'length';
        else throw this.#notFrame();
        return;
      case 'length':
        this.#pass(value, 'end');
        return;
      case 'descriptor':
        this.#hasChecksum = (value & 4) !== 0;
        this.#pass(headerLength(value), 'block');
        return;
      case 'block': {
        const isRle = ((value >>> 1) & 3) === 1;
        const size = isRle ? 1 : value >>> 3;
        if ((value & 1) === 0) this.#pass(size, 'block');
        else this.#pass(size + (this.#hasChecksum ? 4 : 0), 'end');
      }
    }
  }

  #pass(count: number, after: 'block' | 'end'): void {
    this.#passing = count;
    this.#after = after;
    this.#part = after === 'end' ? 'magic' : 'block';
  }
}

/** Bytes of a frame's header behind its descriptor: window, dictionary, content size. */
function headerLength(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  const size = [isSingle ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  return (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + size;
}
