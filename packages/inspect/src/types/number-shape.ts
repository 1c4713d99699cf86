/** How numbers of a column are written. */
export interface NumberShape {
  readonly kind: 'integer' | 'decimal';
  readonly decimal?: ',';
  readonly thousands?: string;
  /** Whether another reading of the marks fits as well: `1,234` may be a decimal. */
  readonly ambiguous: boolean;
  readonly large: boolean;
  readonly leadingZeros: boolean;
}

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const DECIMAL_COMMA = /^[+-]?\d+(?:,\d+)?$/;
const LEADING_ZERO = /^[+-]?0\d/;
/** Groups of three digits with each mark, and decimals after the other. */
const GROUPED: readonly (readonly [thousands: string, decimal: '.' | ',', pattern: RegExp])[] = [
  [',', '.', /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3})(?:\.\d+)?$/],
  ['.', ',', /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d{1,3})(?:,\d+)?$/],
  ["'", '.', /^[+-]?(?:\d{1,3}(?:'\d{3})+|\d{1,3})(?:\.\d+)?$/],
  [' ', '.', /^[+-]?(?:\d{1,3}(?: \d{3})+|\d{1,3})(?:\.\d+)?$/],
  [' ', ',', /^[+-]?(?:\d{1,3}(?: \d{3})+|\d{1,3})(?:,\d+)?$/],
  ['\u00A0', ',', /^[+-]?(?:\d{1,3}(?:\u00A0\d{3})+|\d{1,3})(?:,\d+)?$/],
];

/** Whether a text is a number in any of the usual forms. */
export function isNumeric(text: string): boolean {
  return DECIMAL.test(text) || DECIMAL_COMMA.test(text) || GROUPED.some(([, , pattern]) => pattern.test(text));
}

/** Whether no JavaScript number holds a number with all its digits. */
function isLarge(text: string): boolean {
  if (text.length < 16) return false;
  if (INTEGER.test(text)) return !Number.isSafeInteger(Number(text));
  return (text.split(/e/i)[0] ?? '').replaceAll(/\D/g, '').replace(/^0+/, '').length > 15;
}

/** The one form in which all of the texts are numbers; `undefined` if there is none. */
export function numberShape(texts: readonly string[]): NumberShape | undefined {
  const leadingZeros = texts.some((text) => LEADING_ZERO.test(text));
  const large = texts.some(isLarge);
  const plain = { ambiguous: false, large, leadingZeros };
  if (texts.every((text) => INTEGER.test(text))) return { kind: 'integer', ...plain };
  if (texts.every((text) => DECIMAL.test(text))) {
    // 1.234 in every value may be groups of three as well.
    const isGrouped = texts.every((text) => /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$/.test(text));
    return { kind: 'decimal', ...plain, ambiguous: isGrouped && texts.length < 5 };
  }
  if (texts.every((text) => DECIMAL_COMMA.test(text))) {
    const withComma = texts.filter((text) => text.includes(','));
    const mayBeGrouped = texts.every((text) => GROUPED[0]![2].test(text));
    if (!mayBeGrouped) return { kind: 'decimal', decimal: ',', ...plain };
    const isLikelyGrouped = withComma.every((text) => !LEADING_ZERO.test(text) && !text.startsWith('0'));
    if (isLikelyGrouped) return { kind: 'integer', thousands: ',', ...plain, ambiguous: true };
    return { kind: 'decimal', decimal: ',', ...plain, ambiguous: true };
  }
  for (const [thousands, decimal, pattern] of GROUPED) {
    if (!texts.every((text) => pattern.test(text))) continue;
    const kind = texts.some((text) => text.includes(decimal)) ? 'decimal' : 'integer';
    const marks = decimal === ',' ? ({ thousands, decimal } as const) : { thousands };
    return { kind, ...marks, ...plain };
  }
  return undefined;
}
