import { type Decimal, decimalText, parseDecimal } from '../decimal.ts';
import { MAX_DIGITS, MAX_MAGNITUDE, MIN_MAGNITUDE } from '../limits.ts';
import type { ExactNumber } from '../number.ts';
import { PackProblem } from './pack-problem.ts';

/** Makes a value of a number that no JavaScript number holds, from its digits. */
export type MakeExactNumber = (text: string) => unknown;

/** A bigint where the number is whole; else one that `dynamodbSink` writes as it is, and that prints its digits. */
export function exactNumber(text: string): bigint | ExactNumber {
  const decimal = parseDecimal(text);
  const zeros = decimal === undefined ? -1 : decimal.point - decimal.digits.length;
  if (zeros >= 0) return BigInt(`${decimal!.negative ? '-' : ''}${decimal!.digits}${'0'.repeat(zeros)}`);
  return Object.freeze({ toAttributeValue: () => ({ N: text }), toString: () => text });
}

/**
 * Returns the number that DynamoDB stores as `text`.
 *
 * @throws PackProblem for what it cannot store. A number of a few characters, such as 1e999999999, would otherwise become
 *   one with as many digits.
 */
export function numberOf(text: string, makeExact: MakeExactNumber): unknown {
  const double = Number(text);
  const decimal = storable(text);
  const shown = parseDecimal(`${double}`);
  const same = shown !== undefined && decimalText(decimal) === decimalText(shown);
  return same ? double : makeExact(text);
}

/**
 * Reads a number that DynamoDB can hold.
 *
 * @throws PackProblem
 */
export function storable(text: string): Decimal {
  const decimal = parseDecimal(text);
  const magnitude = (decimal?.point ?? 0) - 1;
  const fits =
    decimal?.digits === '' ||
    (decimal !== undefined &&
      decimal.digits.length <= MAX_DIGITS &&
      magnitude <= MAX_MAGNITUDE &&
      magnitude >= MIN_MAGNITUDE);
  if (!fits) throw new PackProblem('it holds a number that DynamoDB cannot hold');
  return decimal;
}
