import { MillraceError } from './millrace-error.ts';

const BRAND: unique symbol = Symbol.for('@millrace/decimal');

/**
 * Sign, digits before and after the point, digits after a point that nothing precedes, exponent. Linear in the text: no two
 * parts compete for the same digits.
 */
const DECIMAL = /^([+-]?)(?:0*(0|[1-9]\d*)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;

/**
 * A decimal number that a JavaScript number may not hold, as its digits. Parsers make it where they are asked for exact
 * numbers; sinks write it as the number that it is. `String(it)` and `JSON.stringify(it)` give its digits, `Number(it)`
 * the nearest JavaScript number.
 */
export interface Decimal {
  readonly [BRAND]: true;
  /** The number as JSON writes it (RFC 8259, section 6). */
  readonly text: string;
  readonly toString: () => string;
  readonly toJSON: () => unknown;
}

class Digits implements Decimal {
  readonly [BRAND] = true;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    Object.freeze(this);
  }

  toString(): string {
    return this.text;
  }

  /** Node has `JSON.rawJSON` from version 21, browsers since 2023; elsewhere the digits become a string. */
  toJSON(): unknown {
    const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };
    return rawJSON === undefined ? this.text : rawJSON(this.text);
  }
}

/**
 * Makes a {@link Decimal} of digits such as `-12.50` or `1e-7`; a plus sign, zeros in front, and a point without digits on
 * one side are taken, too.
 *
 * @throws MillraceError `DECIMAL_INVALID` if the text is not a decimal number
 */
export function decimal(text: string): Decimal {
  const match = DECIMAL.exec(text);
  if (match === null) {
    throw new MillraceError(
      'DECIMAL_INVALID',
      `A text of ${text.length} characters is not a decimal number. Give digits, such as "-12.50" or "1e-7".`,
      { details: { length: text.length, content: { text: text.slice(0, 100) } } },
    );
  }
  const [, sign, whole = '0', behind, alone, exponent] = match;
  const fraction = behind ?? alone ?? '';
  const point = fraction === '' ? '' : `.${fraction}`;
  const power = exponent === undefined ? '' : `e${exponent}`;
  return new Digits(`${sign === '-' ? '-' : ''}${whole}${point}${power}`);
}

export function isDecimal(value: unknown): value is Decimal {
  return typeof value === 'object' && value !== null && BRAND in value;
}
