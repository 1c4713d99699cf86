import { filter, flatMap, map, type StandardSchema, tap, validate } from '@millrace/core';
import { describe, it } from 'vitest';
import { eachCases } from '../src/index.ts';

interface Price {
  readonly cents: number;
}

const usual = { name: 'usual', input: { cents: 5 } };
const free = { name: 'free', input: { cents: 0 } };
const negative = { name: 'negative', input: { cents: -1 } };

const schema = (async: boolean): StandardSchema<Price> => ({
  '~standard': {
    version: 1,
    vendor: 'cases',
    validate: (value) => {
      const { cents } = value as Price;
      const result = cents < 0 ? { issues: [{ message: 'negative', path: ['cents'] }] } : { value: { cents } };
      return async ? Promise.resolve(result) : result;
    },
  },
});

describe("core's eaches keep the contract", () => {
  const all = {
    map: eachCases<Price, number>({
      create: () => map(({ cents }) => cents * 2),
      samples: [{ ...usual, outputs: [10] }],
    }),
    filter: eachCases<Price, Price>({
      create: () => filter(({ cents }: Price) => cents > 0),
      samples: [
        { ...usual, outputs: [usual.input] },
        { ...free, outputs: [] },
      ],
    }),
    flatMap: eachCases<Price, number>({
      create: () => flatMap(({ cents }) => Array.from({ length: cents }, (_, n) => n)),
      samples: [
        { name: 'two', input: { cents: 2 }, outputs: [0, 1] },
        { ...free, outputs: [] },
        { ...negative, outputs: [] },
      ],
    }),
    tap: eachCases<Price, Price>({ create: () => tap(() => {}), samples: [{ ...usual, outputs: [usual.input] }] }),
    ...Object.fromEntries(
      [true, false].map((async) => [
        `validate, ${async ? 'later' : 'at once'}`,
        eachCases<unknown, Price>({
          create: () => validate(schema(async)),
          samples: [
            { ...usual, outputs: [usual.input] },
            { ...negative, error: 'SCHEMA_VIOLATION' },
          ],
        }),
      ]),
    ),
  };
  for (const [plugin, cases] of Object.entries(all)) {
    for (const { clause, name, run } of cases) it(`${plugin}: ${clause} ${name}`, run);
  }
});
