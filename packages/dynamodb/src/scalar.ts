import { isDecimal, MillraceError } from '@millrace/core';
import { exactText, type ExactNumber, type NumberText, numberText } from './number.ts';
import { utf8Bytes } from './utf8-bytes.ts';

/**
 * Bytes of a text as stored.
 *
 * @throws MillraceError `DYNAMODB_TEXT_INVALID` for a lone surrogate: UTF-8 cannot hold it, so it would be stored altered
 */
export function textBytes(text: string): number {
  const bytes = utf8Bytes(text);
  if (bytes !== text.length && !text.isWellFormed()) {
    throw new MillraceError(
      'DYNAMODB_TEXT_INVALID',
      'The text holds half of a surrogate pair, which UTF-8 cannot hold. Repair it with text.toWellFormed().',
    );
  }
  return bytes;
}

/** The bytes of a Uint8Array, Buffer, other view or ArrayBuffer; `undefined` for any other value. */
export function binaryOf(value: object): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

export function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** Text and size of a value that is a number of any kind; `undefined` for any other value. */
export function numberOf(value: unknown, allowUnsafe: boolean): NumberText | undefined {
  if (typeof value === 'number') return numberText(value, allowUnsafe);
  if (typeof value === 'bigint') return exactText(value.toString());
  if (isDecimal(value)) return exactText(value.text);
  return isExactNumber(value) ? exactText(value.toAttributeValue().N) : undefined;
}

function isExactNumber(value: unknown): value is ExactNumber {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<ExactNumber>).toAttributeValue === 'function'
  );
}
