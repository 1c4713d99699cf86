import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, parseNdjson } from '../src/index.ts';
import { repeatedMembers, withoutRepeated } from '../src/duplicate-keys.ts';
import { driveEveryCut } from './drive.ts';

const first = (text: string): unknown => JSON.parse(withoutRepeated(text, repeatedMembers(text)));

describe('keys that come twice', () => {
  const twice = '{"bin":"H1","parts":12,"parts":13}';

  it('count by policy, in lines and in arrays, also with exact numbers', () => {
    for (const numbers of ['double', 'exact'] as const) {
      for (const [duplicateKeys, wanted] of [
        ['last', { bin: 'H1', parts: 13 }],
        ['first', { bin: 'H1', parts: 12 }],
        ['fail', 'JSON_KEY_DUPLICATE'],
      ] as const) {
        const options = { numbers, duplicateKeys };
        const lines = driveEveryCut(parseNdjson(options), `${twice}\n{"bin":"Y1"}`).outputs;
        const elements = driveEveryCut(parseJson(options), `[${twice},{"bin":"Y1"}]`).outputs;
        for (const outputs of [lines, elements]) {
          expect(outputs.map(({ record, code }) => code ?? record)).toEqual([wanted, { bin: 'Y1' }]);
        }
      }
    }
    expect(driveEveryCut(parseNdjson(), twice).outputs).toMatchObject([{ record: { parts: 13 } }]);
  });

  it('are rejected without their names, and with what a replay needs', () => {
    const { outputs } = driveEveryCut(
      parseJson({ path: 'rows[*]', copy: { owner: 'owner' }, duplicateKeys: 'fail' }),
      `{"owner":"me","rows":[${twice}]}`,
    );
    expect(outputs).toMatchObject([{ code: 'JSON_KEY_DUPLICATE', raw: twice, line: 1 }]);
    expect(outputs[0]?.message).not.toContain('parts');
    expect(
      driveEveryCut(
        parseJson({ path: 'rows[*]', copy: { of: 'of' }, duplicateKeys: 'fail' }),
        '{"of":{"a":1,"a":2},"rows":[{}]}',
      ).error,
    ).toMatchObject({ code: 'JSON_KEY_DUPLICATE' });
  });

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

describe('JSON of another kind', () => {
  it('is told to those who read an array as lines', () => {
    const { outputs } = driveEveryCut(parseNdjson(), '[\n{"bin":"H1"},\n{"bin":"Y1"}\n]\n');
    expect(outputs.slice(0, 2)).toMatchObject([
      { code: 'NDJSON_INVALID', message: expect.stringContaining('parseJson()'), line: 1 },
      { code: 'NDJSON_INVALID', message: expect.stringContaining('parseJson()'), line: 2 },
    ]);
    expect(driveEveryCut(parseJson(), '{"bin":"H1"}\n').error).toMatchObject({
      code: 'JSON_PATH_MISSING',
      message: expect.stringContaining('parseNdjson()'),
    });
    expect(driveEveryCut(parseNdjson(), '{"a":1').outputs[0]?.message).not.toContain('parseJson');
  });
});
