import { decimal, isDecimal } from '@millrace/core';
import { encodeJsonLine } from '@millrace/core/plugin';

/** Content that no error may quote. */
export const CANARY = 'canary-5d1e';

/** Texts that every format can hold. */
export const PLAIN: readonly string[] = ['a', 'plain text', 'ünïcödé 😀'];

/** Texts that formats stumble over. */
const TEXTS: readonly string[] = [
  ' a',
  'a ',
  '\ta',
  'a\u00a0',
  ' ',
  '\t',
  '"',
  '""',
  '"a"',
  'a"b',
  "it's",
  '\\',
  '\\"',
  'a\\',
  '$&',
  '%',

  'a,b',
  ',',
  ';',
  'a;b',
  '\t',
  'a\tb',
  '|',
  '#a',
  '//a',
  '=1+1',
  '-',
  '--',
  'sep=;',
  'sep=,',
  'null',
  'NULL',
  '\\N',

  'a\nb',
  'a\r\nb',
  'a\rb',
  '\n',
  '\r',
  'a\n',
  '\na',
  'a\u0000b',
  'a\u2028b',
  'a\u0085b',
  '\uFEFF',
  '\uFEFFa',
  'a\uFEFF',

  '<a>',
  '&amp;',
  ']]>',
  '{"a":1}',
  '[1]',
  '[',
  ']',
  '1',
  '01',
  '1.0',
  'true',
  'NaN',
  '__proto__',
];

/** Values whose text everybody writes alike; formats stumble over them. */
export const textsToEncode = (): readonly unknown[] => [
  ...TEXTS,
  'x'.repeat(100_000),
  0,
  -0,
  1.5,
  -1e-7,
  true,
  false,
  2n ** 64n,
  -(2n ** 70n),
  new Date(0),
  new Date(8.64e15),
];

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

class Made {
  readonly toJSON: () => unknown;
  constructor(made: unknown) {
    this.toJSON = () => made;
  }
}

/** Groups of values that differ in what they say, and that careless encoders give the same text. */
export const differentValues = (): readonly (readonly unknown[])[] => [
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null],
  [0, -0],
  [2n ** 64n, 2n ** 64n + 1n, 2 ** 64],
  [decimal('0.10000000000000000001'), decimal('0.10000000000000000002'), 0.1],
  [new Map([['a', 1]]), new Map([['a', 2]]), new Set([1]), new Set([2]), {}],
  [Uint8Array.of(1), Uint8Array.of(2), { 0: 1 }],
  [new Uint8Array(1).buffer, new Uint8Array(2).buffer, {}],
  [new Date(0), new Date(1)],
  [new Date(Number.NaN), null],
  ['\ud800', '\udc00', '\ufffd', 'a\ud800', 'a\udc00'],
  [[undefined, 1], [null, 1], [1], Object.assign([], { 1: 1 })],
  [{ a: () => 1 }, { a: () => 2 }, {}],
  [{ a: [{ b: Number.NaN }] }, { a: [{ b: null }] }],
  [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":2}'), {}],
  [new Money(1), new Money(2), {}],
  [new Made(new Date(0)), new Made(decimal('1.5')), new Made({}), new Made(Number.NaN)],
  [Symbol('a'), Symbol('b')],
  [/a/, /b/, {}],
  ['a', 'a ', 'A', 'a\n', 'a\r\n', 'a\u0000'],
];

/** Values that hold the canary where careless errors quote it. */
export function valuesThatHide(): readonly unknown[] {
  const circle: Record<string, unknown> = {};
  circle['a'] = circle;
  return [
    circle,
    { [CANARY]: new Map([[CANARY, CANARY]]) },
    { a: { [CANARY]: [1, Number.NaN] } },
    { [CANARY]: new Set([CANARY]) },
    `${CANARY}\ud800`,
    `${CANARY}\n"${CANARY},\t`,
    [CANARY, () => CANARY],
  ];
}

/** What a value says, as text: a format without types gives back no more. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'symbol' || typeof value === 'function') return typeof value;
  if (value === null || value === undefined) return '';
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object') return `${value as number}`;
  if (isDecimal(value)) return value.text;
  return value instanceof Date ? value.toISOString() : encodeJsonLine(value);
}
