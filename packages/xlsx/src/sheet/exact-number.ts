import { type Decimal, decimal } from '@millrace/core';

/** A number as XML Schema writes it. Linear in the text: no two parts compete for the same digits. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const MAX_FAST_DIGITS = 15;

/** The nearest number to a text of digits; `undefined` if it is none, or beyond all numbers. */
export function nearestNumber(text: string): number | undefined {
  const { length } = text;
  // Most are short and whole: this is what a number of a cell costs.
  if (length <= MAX_FAST_DIGITS && length > 0) {
    let value = 0;
    let at = 0;
    for (; at < length; at += 1) {
      const digit = text.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === length) return value;
  }
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The number that a text of digits is, exactly: a bigint or a `Decimal` if no JavaScript number is it. Spreadsheets write the 17
 * digits of a number of theirs, such as 1.1000000000000001 for 1.1: that is the number.
 */
export function exactNumber(text: string, nearest: number): number | bigint | Decimal {
  const trimmed = text.trim();
  if (isHeld(trimmed, nearest)) return nearest;
  return /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed.replace('+', '')) : decimal(trimmed);
}

/** Whether a text of digits means this number. A whole number beyond 2^53 does not count: nobody can know whether it does. */
export function isHeld(text: string, nearest: number): boolean {
  if (Number.isInteger(nearest) && !Number.isSafeInteger(nearest)) return false;
  const digits = normalized(text);
  return [String(nearest), nearest.toPrecision(17), nearest.toPrecision(16)].some((one) => normalized(one) === digits);
}

/** One text for each number: its digits without zeros around, and the power of ten that they are times. */
function normalized(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 0x30) end -= 1;
  const power = Number(exponent) - fraction.length + digits.length - end;
  return `${text.startsWith('-') ? '-' : ''}${digits.slice(0, end)}e${power}`;
}
