import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctKeysCheck } from '../src/json/distinct-keys.ts';
import { repeatedMembers, withoutRepeated } from '../src/json/duplicate-keys.ts';
import { leastNumberChars } from '../src/json/least-chars.ts';

const first = (text: string): unknown => JSON.parse(withoutRepeated(text, repeatedMembers(text)));

describe('members that repeat a key', () => {
  it('are found at any depth and in any spelling', () => {
    for (const [text, wanted] of [
      ['{"a":1,"\\u0061":2}', { a: 1 }],
      [
        '{ "a" : {"b":1,"c":[{"d":1,"d":2},3],"b":{"x":1,"x":2}} , "a" : 2 , "e":3 }',
        { a: { b: 1, c: [{ d: 1 }, 3] }, e: 3 },
      ],
      ['{"a":{"a":{"a":1}},"b":["a","a",{"a":1}]}', { a: { a: { a: 1 } }, b: ['a', 'a', { a: 1 }] }],
      ['{"x":"\\"a\\":1,\\\\","y":"{[,]}:","x":1,"y":2}', { x: '"a":1,\\', y: '{[,]}:' }],
      [
        '{"":1,"":2,"__proto__":1}',
        Object.fromEntries([
          ['', 1],
          ['__proto__', 1],
        ]),
      ],
      ['[1,[2,{}],"a"]', [1, [2, {}], 'a']],
    ] as const) {
      expect(first(text), text).toEqual(wanted);
    }
  });

  it('are not found in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(repeatedMembers(text)).toEqual([]);
      }),
    );
  });

  it('leave the first value wherever the same object is written twice in a row', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (fields, other) => {
        const members = Object.entries(fields).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
        const again = Object.keys(fields).map((key) => `${JSON.stringify(key)}:${JSON.stringify(other)}`);
        const text = `{${[...members, ...again].join(', ')}}`;
        expect(repeatedMembers(text)).toHaveLength(again.length);
        expect(first(text)).toEqual(JSON.parse(`{${members.join(',')}}`));
      }),
    );
  });
});

describe('the check that a text has no key twice', () => {
  const record = (n: number): unknown => ({
    id: n * 31,
    at: `2026-11-23T04:00:0${n % 10}Z`,
    values: { length: n, toString: 'x', price: n / 8, share: -1 / (n + 3) },
    lines: [
      { sku: `S${n}`, q: n % 3 },
      { sku: 'Œ', q: null },
    ],
    tags: ['a', 1, true],
  });

  it('passes what JSON.stringify writes without looking at keys, and what others write by counting colons', () => {
    for (const hasDecimals of [false, true]) {
      const check = distinctKeysCheck(hasDecimals);
      for (let n = 0; n < 300; n += 1) {
        for (const text of [JSON.stringify(record(n)), JSON.stringify(record(n), null, 2)]) {
          expect(check(text, JSON.parse(text)), text).toBe(true);
        }
      }
    }
  });

  it('never passes a text with a key twice, whatever came before', () => {
    const key = fc.oneof(
      fc.constantFrom('', 'a', 'at', 'id', 'length', 'lines', 'toString', '__proto__', 'x:"y'),
      fc.string(),
    );
    const space = fc.constantFrom('', '', ' ', '\n\t');
    const { text: anyText } = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
        fc.array(tie('text'), { maxLength: 3 }).map((elements) => `[${elements.join(',')}]`),
        fc
          .tuple(fc.array(fc.tuple(key, tie('text')), { maxLength: 5 }), space)
          .map(
            ([members, gap]) =>
              `{${gap}${members.map(([name, value]) => `${JSON.stringify(name)}${gap}:${gap}${value}`).join(`,${gap}`)}}`,
          ),
      ),
    }));
    const warm = (sample: string): ReturnType<typeof distinctKeysCheck> => {
      const check = distinctKeysCheck(false);
      for (let n = 0; n < 65; n += 1) check(sample, JSON.parse(sample));
      return check;
    };
    let twice = 0;
    fc.assert(
      fc.property(anyText, anyText, (sample, text) => {
        const distinct = repeatedMembers(text).length === 0;
        if (!distinct) twice += 1;
        for (const check of [distinctKeysCheck(true), warm(sample), warm(text)]) {
          if (check(text, JSON.parse(text))) expect(distinct, text).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
    expect(twice).toBeGreaterThan(20);
  });

  it('finds a short key twice after records that had long keys only', () => {
    const check = distinctKeysCheck(false);
    const long = '{"aLongNameOfAField":1,"anotherLongNameOfAField":2}';
    for (let n = 0; n < 65; n += 1) expect(check(long, JSON.parse(long))).toBe(true);
    for (const text of ['{"a":1,"a":2,"aLongNameOfAField":1}', '{"":1,"":2,"anotherLongNameOfAField":1}']) {
      expect(check(text, JSON.parse(text)), text).toBe(false);
    }
  });

  it('takes no number for longer than it can be written', () => {
    for (const text of [
      '0',
      '-0',
      '1e3',
      '12e3',
      '1e15',
      '9e15',
      '123456e4',
      '0.5',
      '5e-1',
      '1e-2',
      '1e-3',
      '0.012',
      '1e-300',
      '-1e21',
      '1e400',
    ]) {
      expect(leastNumberChars(Number(text)), text).toBeLessThanOrEqual(text.length);
    }
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
        fc.integer({ min: -20, max: 20 }),
        (digits, exponent) => {
          const value = Number(`${digits}e${exponent}`);
          const plain = `${value}`;
          const shortest = Math.min(plain.length, `${digits}e${exponent}`.length);
          expect(leastNumberChars(value)).toBeLessThanOrEqual(shortest);
        },
      ),
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(leastNumberChars(value)).toBeLessThanOrEqual(`${value}`.length);
      }),
    );
  });
});
