const WORDS = 4;
const FIRST_SLOTS = 1 << 10;

/**
 * A map from texts to small numbers that keeps 128 bits of each text's SHA-256 in place of the text: about 40 bytes for each
 * entry, however long its text is. Two of a billion texts have the same digest with a chance of 1 to 10^20.
 */
export class DigestTable {
  #keys: Uint32Array = new Uint32Array(FIRST_SLOTS * WORDS);
  /** 0 for a free slot, else the value and 1. */
  #values: Uint8Array = new Uint8Array(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: DigestKey): number | undefined {
    const value = this.#values[this.#slot(key)]!;
    return value === 0 ? undefined : value - 1;
  }

  /** @param value from 0 to 254 */
  set(key: DigestKey, value: number): void {
    let slot = this.#slot(key);
    if (this.#values[slot] === 0) {
      if (this.#size * 4 >= this.#values.length * 3) {
        this.#grow();
        slot = this.#slot(key);
      }
      this.#size += 1;
      this.#keys.set(key, slot * WORDS);
    }
    this.#values[slot] = value + 1;
  }

  #slot(key: DigestKey): number {
    const mask = this.#values.length - 1;
    for (let slot = key[0]! & mask; ; slot = (slot + 1) & mask) {
      if (this.#values[slot] === 0) return slot;
      const at = slot * WORDS;
      if ([0, 1, 2, 3].every((word) => this.#keys[at + word] === key[word])) return slot;
    }
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#values = new Uint8Array(values.length * 2);
    for (const [slot, value] of values.entries()) {
      if (value === 0) continue;
      const key = keys.subarray(slot * WORDS, (slot + 1) * WORDS);
      const next = this.#slot(key);
      this.#keys.set(key, next * WORDS);
      this.#values[next] = value;
    }
  }
}

/** The first 128 bits of a SHA-256. */
export type DigestKey = Uint32Array;

/** Makes the key of texts that belong together; two lists have the same key only if their texts are the same. */
export async function digestKey(texts: readonly string[]): Promise<DigestKey> {
  const bytes = new TextEncoder().encode(JSON.stringify(texts));
  return new Uint32Array(await crypto.subtle.digest('SHA-256', bytes), 0, WORDS);
}
