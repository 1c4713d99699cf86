import { MillraceError } from '@millrace/core';
import { type Decimal, decimalBytes, decimalText, parseDecimal } from './decimal.ts';
import { MAX_DIGITS, MAX_MAGNITUDE, MIN_MAGNITUDE } from './limits.ts';

/** Number text that is longer than this is sent in its normal form. */
const MAX_TEXT = 48;

const PLAIN = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A number as it is sent, and its size as stored. */
export interface NumberText {
  readonly text: string;
  readonly bytes: number;
}

/**
 * A number that a JavaScript number cannot hold. `NumberValue` of `@aws-sdk/lib-dynamodb` is one; so is anything else
 * that has this method.
 */
export interface ExactNumber {
  readonly toAttributeValue: () => { readonly N: string };
}

/**
 * The text and size of a JavaScript number.
 *
 * @throws MillraceError `DYNAMODB_NUMBER_INVALID` for NaN and the infinities, `DYNAMODB_NUMBER_OUT_OF_RANGE`, and, unless
 *   `allowUnsafe`, `DYNAMODB_NUMBER_INEXACT` for a whole number beyond 2^53 - 1
 */
export function numberText(value: number, allowUnsafe: boolean): NumberText {
  const text = `${value}`;
  if (Number.isSafeInteger(value)) return { text, bytes: integerBytes(text) };
  if (!Number.isFinite(value)) {
    throw new MillraceError(
      'DYNAMODB_NUMBER_INVALID',
      'DynamoDB has no NaN and no infinity. Use null, or leave the attribute out.',
    );
  }
  if (!allowUnsafe && Number.isInteger(value)) {
    throw new MillraceError(
      'DYNAMODB_NUMBER_INEXACT',
      'A whole number is beyond those that JavaScript holds exactly, so digits may already be lost. Parse it as a bigint, ' +
        "Decimal, NumberValue or string, or set inexactNumbers: 'write'.",
    );
  }
  return text.includes('.') && !text.includes('e') ? { text, bytes: fractionBytes(text) } : exactText(text);
}

/**
 * The text and size of a number that is given as text, exactly.
 *
 * @throws MillraceError `DYNAMODB_NUMBER_INVALID`, `DYNAMODB_NUMBER_TOO_PRECISE` or `DYNAMODB_NUMBER_OUT_OF_RANGE`
 */
export function exactText(text: string): NumberText {
  const decimal = parseDecimal(text);
  if (decimal === undefined) {
    throw new MillraceError(
      'DYNAMODB_NUMBER_INVALID',
      `An exact number has a text of ${text.length} characters that is not a decimal number. Give digits, such as "-12.50".`,
    );
  }
  checkRange(decimal);
  return {
    text: text.length <= MAX_TEXT && PLAIN.test(text) ? text : decimalText(decimal),
    bytes: decimalBytes(decimal),
  };
}

function checkRange({ digits, point }: Decimal): void {
  if (digits === '') return;
  if (digits.length > MAX_DIGITS) {
    throw new MillraceError(
      'DYNAMODB_NUMBER_TOO_PRECISE',
      `A number has ${digits.length} significant digits; DynamoDB holds ${MAX_DIGITS}. Round it, or store it as text.`,
    );
  }
  if (point - 1 > MAX_MAGNITUDE || point - 1 < MIN_MAGNITUDE) {
    throw new MillraceError(
      'DYNAMODB_NUMBER_OUT_OF_RANGE',
      'A number is outside of what DynamoDB holds, 1E-130 to 9.99…E+125. Store it as text.',
    );
  }
}

/** {@link decimalBytes} of a whole number that JavaScript wrote without an exponent. */
function integerBytes(text: string): number {
  const sign = text.charCodeAt(0) === 0x2d ? 1 : 0;
  let end = text.length;
  let pairs = (end - sign + 1) >> 1;
  if (pairs === 1) return text === '0' ? 1 : 2 + sign;
  for (; text.charCodeAt(end - 1) === 0x30 && text.charCodeAt(end - 2) === 0x30; end -= 2) pairs -= 1;
  return 1 + sign + pairs;
}

/** {@link decimalBytes} of a fraction that JavaScript wrote without an exponent, such as `-12.5` or `0.001`. */
function fractionBytes(text: string): number {
  const sign = text.charCodeAt(0) === 0x2d ? 1 : 0;
  const dot = text.indexOf('.');
  const pairsAfter = (text.length - dot) >> 1;
  if (text.charCodeAt(sign) !== 0x30) return 1 + sign + ((dot - sign + 1) >> 1) + pairsAfter;
  let zeros = 0;
  while (text.charCodeAt(dot + 1 + zeros) === 0x30) zeros += 1;
  return 1 + sign + pairsAfter - (zeros >> 1);
}
