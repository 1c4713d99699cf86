import { MillraceError } from '@millrace/core';

/** Counts the bytes that one item takes at once, and refuses what would pass the limit before it is allocated. */
export class Budget {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  /** @throws MillraceError `PARQUET_TOO_LARGE` */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#limit) {
      const message =
        `The file needs more than ${this.#limit} bytes at once: ${this.#taken} are in use, ${bytes} more are asked for. ` +
        'Choose fewer columns, raise maxBufferBytes, or have it written with smaller pages.';
      throw new MillraceError('PARQUET_TOO_LARGE', message, { details: { limit: this.#limit, asked: bytes } });
    }
    this.#taken += bytes;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}
