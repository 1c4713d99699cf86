import { type Decimal, decimal } from '@millrace/core';

/** Fewer digits than this, wherever the point is, a double always holds. */
const RISKY_DIGITS = 16;

/**
 * A number whose exponent may put it beyond what a double holds: upwards an integer beyond 2^53, downwards with three
 * digits. What stands before is looked at last, as few texts come that far; ids of hexadecimal digits do not pass.
 */
const LONG_EXPONENT = /[eE](?:\+?\d|-\d{3})(?<=(?:^|[\s:,[])-?\d+(?:\.\d+)?[eE][+-]?\d+)/;

const INTEGER = /^-?\d+$/;

/** The number that a text of digits is: where no double holds it safely, a bigint if it is whole, else a {@link Decimal}. */
export function exactNumber(text: string): number | bigint | Decimal {
  const double = Number(text);
  if (isHeld(text, double)) return double;
  return INTEGER.test(text) ? BigInt(text) : decimal(text);
}

/**
 * `JSON.parse`, but for numbers that no double holds: see {@link exactNumber}. A text without such a number costs a look at
 * every sixteenth of its characters and a search for long exponents; with one, eight times what `JSON.parse` does.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseExactJson(text: string): unknown {
  return mayLose(text) ? JSON.parse(text, exactly as Parameters<typeof JSON.parse>[1]) : JSON.parse(text);
}

/** Node hands the source of a primitive to a reviver since version 21. */
function exactly(_: string, value: unknown, { source }: { readonly source: string }): unknown {
  return typeof value === 'number' ? exactNumber(source) : value;
}

/**
 * Whether the shortest digits that mean this double mean the same number as the text. A whole number beyond 2^53 - 1 does
 * not count as held: nobody who gets it can know whether it was.
 */
export function isHeld(text: string, double: number): boolean {
  if (Number.isInteger(double) && !Number.isSafeInteger(double)) return false;
  const shortest = `${double}`;
  return shortest === text || normal(shortest) === normal(text);
}

/** One text for each number: its digits without zeros around, and the power of ten that they are times. */
function normal(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const significant = withoutZeros(digits);
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${text.startsWith('-') ? '-' : ''}${significant}e${power}`;
}

/** The digits without zeros at their end. A pattern would look at each run of zeros once for each zero in it. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return digits.slice(0, end);
}

/** Whether a number in the text may be one that no double holds. What stands in strings is looked at alike. */
function mayLose(text: string): boolean {
  // A run of 16 digits and points covers one of every 16 places.
  for (let at = RISKY_DIGITS - 1; at < text.length; at += RISKY_DIGITS) {
    if (!isDigitOrPoint(text.charCodeAt(at))) continue;
    let start = at;
    while (start > 0 && isDigitOrPoint(text.charCodeAt(start - 1))) start -= 1;
    while (at + 1 < text.length && isDigitOrPoint(text.charCodeAt(at + 1))) at += 1;
    if (at - start + 1 < RISKY_DIGITS) continue;
    const digits = text.slice(start, at + 1);
    const hasExponent = (text.charCodeAt(at + 1) | 0x20) === 0x65;
    if (hasExponent || !isHeld(digits, Number(digits))) return true;
  }
  return LONG_EXPONENT.test(text);
}

function isDigitOrPoint(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2e;
}
