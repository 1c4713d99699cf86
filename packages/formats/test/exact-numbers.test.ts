import { decimal, isDecimal } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactNumber, parseExactJson } from '../src/exact-numbers.ts';
import { parseCsv, parseJson, parseNdjson } from '../src/index.ts';
import { driveEveryCut } from './drive.ts';

/** The value of a decimal text times 10^400, exactly. */
function scaled(text: string): bigint {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const magnitude = BigInt(whole.replace('-', '') + fraction) * 10n ** BigInt(400 + Number(exponent) - fraction.length);
  return text.startsWith('-') ? -magnitude : magnitude;
}

const numbers = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,22}$/)),
    fc.stringMatching(/^(\.\d{1,22})?$/),
    fc.oneof(
      fc.constant(''),
      fc.integer({ min: -340, max: 340 }).map((power) => `e${power}`),
    ),
  )
  .map((parts) => parts.join(''));

const texts = [
  '9007199254740993',
  '-9007199254740993',
  '18446744073709551617',
  '1234567890123456e5',
  '1234567890123456789e5',
  '0.1000000000000000055511151231257827',
  '1e16',
  '1e400',
  '-1e-400',
  '12345678901234567890.10',
];

describe('exact numbers', () => {
  it('are doubles where those hold them, and else every digit', () => {
    fc.assert(
      fc.property(fc.oneof(numbers, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)), (text) => {
        const value = exactNumber(text);
        expect(scaled(String(value))).toBe(scaled(text));
        const double = Number(text);
        const isSafe = !Number.isInteger(double) || Number.isSafeInteger(double);
        const isHeld = Number.isFinite(double) && isSafe && scaled(`${double}`) === scaled(text);
        expect(typeof value === 'number').toBe(isHeld);
      }),
      { numRuns: 2000 },
    );
  });

  it('are found wherever they stand in JSON', () => {
    const anywhere = fc.tuple(fc.stringMatching(/^[ -~]{0,40}$/), numbers, fc.stringMatching(/^[ -~]{0,40}$/));
    fc.assert(
      fc.property(anywhere, ([before, number, after]) => {
        const text = `{${JSON.stringify(before)}:[${number}],"x":{"y":${number}},"z":${JSON.stringify(after)}}`;
        const value = exactNumber(number);
        expect(parseExactJson(text)).toEqual({ [before]: [value], x: { y: value }, z: after });
      }),
      { numRuns: 2000 },
    );
  });

  it('leave strings that look like numbers, and odd names, as they are', () => {
    const text = `{"a":"${texts.join(' ')}","1234567890123456789":1,"__proto__":{"b":1},"toJSON":2,"id":"4e12-3e3-1e400","n":${texts[0]}}`;
    const value = parseExactJson(text) as Record<string, unknown>;
    expect(value['a']).toBe(texts.join(' '));
    expect(Object.keys(value)).toEqual(['a', '1234567890123456789', '__proto__', 'toJSON', 'id', 'n']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value['n']).toBe(9007199254740993n);
  });

  it('are made by parseNdjson and parseJson where asked for', () => {
    const exact = texts.map((text) => (/^-?\d+$/.test(text) ? BigInt(text) : decimal(text)));
    const lines = texts.map((text) => `{"n":${text}}`).join('\n');
    const ofLines = driveEveryCut(parseNdjson({ numbers: 'exact' }), lines).outputs;
    expect(ofLines.map(({ record }) => record)).toEqual(exact.map((n) => ({ n })));
    const document = `{"batch":${texts[0]},"rows":[${texts.map((text) => `{"n":${text}}`).join(',')}]}`;
    const parse = parseJson({ path: 'rows[*]', copy: { batch: 'batch' }, numbers: 'exact' });
    expect(driveEveryCut(parse, document).outputs.map(({ record }) => record)).toEqual(
      exact.map((n) => ({ n, batch: exact[0] })),
    );
    expect(driveEveryCut(parseNdjson(), lines).outputs.map(({ record }) => record)).toEqual(
      texts.map((text) => ({ n: Number(text) })),
    );
  });

  it('are a type of columns', () => {
    const csv = `n\n${texts.join('\n')}\n1.5\n+1.50\n\n,\nx`;
    const { outputs } = driveEveryCut(parseCsv({ types: { n: 'decimal' }, longRows: 'cut' }), csv);
    const values = outputs.map(({ record, code }) => code ?? (record as { readonly n: unknown }).n);
    expect(values.slice(0, texts.length).map(String)).toEqual(texts.map((text) => text.replace('1e+', '1e')));
    expect(values.filter(isDecimal)).toHaveLength(7);
    expect(values.slice(texts.length)).toEqual([1.5, 1.5, null, 'FIELD_INVALID']);
  });
});

it('a number of a million digits is judged in time in proportion to its length', () => {
  const text = `0.1${'0'.repeat(1_000_000)}1`;
  const [parsed] = parseExactJson(`[${text}]`) as readonly unknown[];
  expect(isDecimal(parsed)).toBe(true);
  expect(exactNumber(text)).toMatchObject({ text });
});
