import { describe, expect, it } from 'vitest';
import { parseJson, parseNdjson } from '../src/index.ts';
import { drive, driveEveryCut } from './drive.ts';

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
    for (const codec of [parseNdjson(), parseNdjson({ numbers: 'exact' })]) {
      expect(driveEveryCut(codec, twice).outputs).toMatchObject([{ code: 'JSON_KEY_DUPLICATE' }]);
    }
    for (const codec of [parseJson(), parseJson({ numbers: 'exact' })]) {
      expect(driveEveryCut(codec, `[${twice}]`).outputs).toMatchObject([{ code: 'JSON_KEY_DUPLICATE' }]);
    }
  });

  it('are found after any number of records, also next to numbers that no double holds', () => {
    const lines = Array.from({ length: 300 }, (_, n) => JSON.stringify({ bin: `H${n}`, parts: n, price: n / 8 }));
    const text = `${lines.join('\n')}\n{"bin":"H1","parts":1,"parts":2,"price":1}\n{"bin":"H2","parts":123456789012345678901,"bin":1}`;
    for (const numbers of ['double', 'exact'] as const) {
      const { outputs } = drive(parseNdjson({ numbers }), [text]);
      expect(outputs.map(({ code }) => code).slice(299)).toEqual([
        undefined,
        'JSON_KEY_DUPLICATE',
        'JSON_KEY_DUPLICATE',
      ]);
    }
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
