import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalBytes, decimalText, parseDecimal } from '../src/decimal.ts';
import { exactText, numberText } from '../src/number.ts';

/** Exact value of a decimal text as a fraction over a power of ten. */
function scaled(text: string, places: number): bigint {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const value = BigInt(whole + fraction) * 10n ** BigInt(places + Number(exponent) - fraction.length);
  return mantissa.startsWith('-') ? -value : value;
}

/** Bytes of a number by the rule, digit by digit: slow, and written without a look at the code. */
function slowBytes(text: string): number {
  const value = scaled(text, 400);
  if (value === 0n) return 1;
  const hundreds: number[] = [];
  for (let rest = value < 0n ? -value : value; rest > 0n; rest /= 100n) hundreds.push(Number(rest % 100n));
  const first = hundreds.findIndex((pair) => pair !== 0);
  return 1 + (hundreds.length - first) + (value < 0n ? 1 : 0);
}

const decimalTexts = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.stringMatching(/^\d{1,19}$/),
    fc.stringMatching(/^(\.\d{1,19})?$/),
    fc.integer({ min: -110, max: 80 }),
  )
  .map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction}${exponent === 0 ? '' : `E${exponent}`}`);

describe('decimal', () => {
  it('has one text for each value', () => {
    for (const same of [
      ['1', '1.0', '01', '+1', '10e-1', '0.1E1', '1.', '100E-2'],
      ['0', '-0', '0.00', '0E5', '.0'],
      ['-120', '-1.2E2', '-12e+1', '-120.000'],
      ['0.05', '.05', '5E-2'],
    ]) {
      expect(new Set(same.map((text) => decimalText(parseDecimal(text)!))).size).toBe(1);
    }
  });

  it.each(['', '-', '.', '1e', 'abc', '1,5', '0x10', 'NaN', 'Infinity', ' 1', '1 ', '1e5.5', '--1', '١'])(
    'does not read %j',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );

  it('keeps the value and counts its bytes', () => {
    fc.assert(
      fc.property(decimalTexts, (text) => {
        const decimal = parseDecimal(text)!;
        expect(scaled(decimalText(decimal), 200)).toBe(scaled(text, 200));
        expect(decimalBytes(decimal)).toBe(slowBytes(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['0', 1],
    ['1', 2],
    ['42', 2],
    ['-42', 3],
    ['100', 2],
    ['120', 3],
    ['12345', 4],
    ['1.5', 3],
    ['0.001', 2],
    ['0.012', 3],
    ['12345678901234567890123456789012345678', 20],
  ])('counts %s as %i bytes', (text, bytes) => {
    expect(exactText(text).bytes).toBe(bytes);
  });
});

describe('number', () => {
  it('measures JavaScript numbers as their text', () => {
    const numbers = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer(),
      fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(numbers, (value) => {
        fc.pre(value === 0 || Math.abs(value) >= 1e-130);
        const { text, bytes } = numberText(value, true);
        expect(Number(text)).toBe(value === 0 ? 0 : value);
        expect(bytes).toBe(slowBytes(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', (value) => {
    expect(() => numberText(value, true)).toThrow(expect.objectContaining({ code: 'DYNAMODB_NUMBER_INVALID' }));
  });

  it('refuses whole numbers that lost digits, unless told otherwise', () => {
    expect(numberText(Number.MAX_SAFE_INTEGER, false).text).toBe('9007199254740991');
    for (const value of [Number.MAX_SAFE_INTEGER + 1, -(2 ** 60), 1e25]) {
      expect(() => numberText(value, false)).toThrow(expect.objectContaining({ code: 'DYNAMODB_NUMBER_INEXACT' }));
      expect(Number(numberText(value, true).text)).toBe(value);
    }
  });

  it('holds numbers against the range of DynamoDB', () => {
    const largest = '9.9999999999999999999999999999999999999E+125';
    for (const text of [largest, `-${largest}`, '1E-130', '-1E-130', '1' + '0'.repeat(125)]) {
      expect(decimalText(parseDecimal(exactText(text).text)!)).toBe(decimalText(parseDecimal(text)!));
    }
    for (const text of ['1E126', '-1E126', '1E-131', '9.9E-131', '1E999999999']) {
      expect(() => exactText(text)).toThrow(expect.objectContaining({ code: 'DYNAMODB_NUMBER_OUT_OF_RANGE' }));
    }
    expect(() => numberText(1e-131, false)).toThrow(expect.objectContaining({ code: 'DYNAMODB_NUMBER_OUT_OF_RANGE' }));
    expect(() => numberText(1.5e126, true)).toThrow(expect.objectContaining({ code: 'DYNAMODB_NUMBER_OUT_OF_RANGE' }));
  });

  it('takes 38 digits, and not 39', () => {
    const digits = '1234567890'.repeat(4).slice(0, 38);
    expect(exactText(digits).text).toBe(digits);
    expect(exactText(`${digits}000`).text).toBe(`${digits}000`);
    expect(exactText(`0.000${digits}`).text).toBe(`0.000${digits}`);
    expect(() => exactText(`${digits}9`)).toThrow(expect.objectContaining({ code: 'DYNAMODB_NUMBER_TOO_PRECISE' }));
    expect(() => exactText('1' + '0'.repeat(38) + '1')).toThrow(
      expect.objectContaining({ code: 'DYNAMODB_NUMBER_TOO_PRECISE' }),
    );
  });

  it('sends text as it is written where that is short and plain, else in normal form', () => {
    expect(exactText('1.50').text).toBe('1.50');
    expect(exactText('+1.50').text).toBe('15E-1');
    expect(exactText('.5').text).toBe('5E-1');
    expect(exactText('0'.repeat(1000) + '7').text).toBe('7');
  });
});
