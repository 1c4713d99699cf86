/** A decimal number in its one normal form: `±0.d1d2d3… × 10^point`, where d1 and the last digit are not 0. */
export interface Decimal {
  readonly negative: boolean;
  /** Significant digits; empty for zero. */
  readonly digits: string;
  /** Digits before the decimal point, negative where zeros follow it; 0 for zero. */
  readonly point: number;
}

const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,9}))?$/;

/** Reads `text` exactly, or returns `undefined` if it is not a decimal number. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const whole = match[2] ?? '';
  const all = whole + (match[3] ?? match[4] ?? '');
  let start = 0;
  let end = all.length;
  while (start < end && all.charCodeAt(start) === 0x30) start += 1;
  while (end > start && all.charCodeAt(end - 1) === 0x30) end -= 1;
  if (start === end) return { negative: false, digits: '', point: 0 };
  const point = whole.length - start + Number(match[5] ?? 0);
  return { negative: match[1] === '-', digits: all.slice(start, end), point };
}

/** One text for each number: equal numbers have equal texts, whatever zeros and exponent they were written with. */
export function decimalText({ negative, digits, point }: Decimal): string {
  if (digits === '') return '0';
  const exponent = point - digits.length;
  return `${negative ? '-' : ''}${digits}${exponent === 0 ? '' : `E${exponent}`}`;
}

/**
 * Bytes of a number as DynamoDB stores it: one, one for each pair of digits from the first that is not 0 to the last,
 * and one for a minus sign. Pairs are counted from the decimal point, so 1.5 has two. The developer guide says
 * approximately 1 byte per two significant digits, and 1 byte; the pairing and the sign are what others measured.
 */
export function decimalBytes({ negative, digits, point }: Decimal): number {
  if (digits === '') return 1;
  const first = Math.floor((point - 1) / 2);
  const last = Math.floor((point - digits.length) / 2);
  return 1 + (first - last + 1) + (negative ? 1 : 0);
}
