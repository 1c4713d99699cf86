import { decimalText, parseDecimal } from '../decimal.ts';
import type { ExactNumber } from '../number.ts';

/** Makes a value of a number that no JavaScript number holds, from its digits. */
export type MakeExactNumber = (text: string) => unknown;

/** A bigint where the number is whole; else one that `dynamodbSink` writes as it is, and that prints its digits. */
export function exactNumber(text: string): bigint | ExactNumber {
  const decimal = parseDecimal(text);
  const zeros = decimal === undefined ? -1 : decimal.point - decimal.digits.length;
  if (zeros >= 0) return BigInt(`${decimal!.negative ? '-' : ''}${decimal!.digits}${'0'.repeat(zeros)}`);
  return Object.freeze({ toAttributeValue: () => ({ N: text }), toString: () => text });
}

/** The number that DynamoDB stores as `text`. */
export function numberOf(text: string, makeExact: MakeExactNumber): unknown {
  const double = Number(text);
  const decimal = parseDecimal(text);
  const shown = parseDecimal(`${double}`);
  const same = decimal !== undefined && shown !== undefined && decimalText(decimal) === decimalText(shown);
  return same ? double : makeExact(text);
}
