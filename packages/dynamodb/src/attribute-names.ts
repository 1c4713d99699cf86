import { MillraceError } from '@millrace/core';
import { MAX_NAME_BYTES } from './limits.ts';
import { textBytes } from './scalar.ts';

/** What precedes the value of an attribute in the JSON of its item, each with a comma in front. */
export interface AttributeName {
  /** Bytes of the name as stored. */
  readonly size: number;
  /** `,"name":` */
  readonly opening: Uint8Array;
  /** `,"name":{"S":"` */
  readonly text: Uint8Array;
  /** `,"name":{"N":"` */
  readonly number: Uint8Array;
}

/** Names that are kept. Records of one feed have few; where names are data, keeping them would never end. */
const MAX_KEPT = 4096;

/** Length of a name that is kept. */
const MAX_KEPT_LENGTH = 128;

/** Checks, measures and encodes each attribute's name once instead of for each record. */
export class AttributeNames {
  readonly #kept = new Map<string, AttributeName>();

  /** @throws MillraceError `DYNAMODB_NAME_INVALID` or `DYNAMODB_TEXT_INVALID` */
  of(name: string): AttributeName {
    return this.#kept.get(name) ?? this.#made(name);
  }

  #made(name: string): AttributeName {
    const size = textBytes(name);
    if (size === 0 || size > MAX_NAME_BYTES) {
      throw invalidName(`An attribute's name has 1 to ${MAX_NAME_BYTES} bytes; this one has ${size}. Rename it.`);
    }
    const opening = `,${JSON.stringify(name)}:`;
    const made: AttributeName = {
      size,
      opening: Buffer.from(opening),
      text: Buffer.from(`${opening}{"S":"`),
      number: Buffer.from(`${opening}{"N":"`),
    };
    if (name.length > MAX_KEPT_LENGTH) return made;
    if (this.#kept.size === MAX_KEPT) this.#kept.clear();
    this.#kept.set(name, made);
    return made;
  }
}

export function invalidName(message: string): MillraceError {
  return new MillraceError('DYNAMODB_NAME_INVALID', message);
}
