import { MillraceError } from '@millrace/core';
import type { TextDamage } from '@millrace/core/plugin';

const CODE = 'ENCODING_INVALID';

/** Bytes that are not a character of the declared encoding. The message says where they are; the bytes are content. */
export class InvalidBytes implements TextDamage {
  readonly code: string = CODE;
  readonly index: number;
  readonly #charset: string;
  readonly #byteOffset: number;
  readonly #bytes: Uint8Array;

  /**
   * @param byteOffset where in the item they begin
   * @param index where in the decoded text U+FFFD stands for them
   */
  constructor(charset: string, byteOffset: number, bytes: Uint8Array, index: number) {
    this.#charset = charset;
    this.#byteOffset = byteOffset;
    this.#bytes = bytes;
    this.index = index;
  }

  get message(): string {
    const { length } = this.#bytes;
    const what = length === 1 ? 'The byte' : `The ${length} bytes`;
    return `${what} at offset ${this.#byteOffset} ${length === 1 ? 'is' : 'are'} not a character of ${this.#charset}.`;
  }

  get details(): Readonly<Record<string, unknown>> {
    return { charset: this.#charset, byteOffset: this.#byteOffset, content: { bytes: this.#hex } };
  }

  toError(): MillraceError {
    return new MillraceError(
      CODE,
      `${this.message} The file is damaged or in another encoding. To load it all the same, set onInvalid to ` +
        `'reject-record', which rejects what holds them, or to 'replace', which puts U+FFFD in their place.`,
      { details: this.details },
    );
  }

  get #hex(): string {
    return Array.from(this.#bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  }
}
