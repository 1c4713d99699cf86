import { eachCases, optionCases } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { dynamodbLedger, dynamodbQuarantine, dynamodbSink, landingItem } from '../src/index.ts';
import { testSinkContract } from './support/sink-contract.ts';

testSinkContract('single items');

describe('landingItem keeps the contract', () => {
  const nested = eachCases<unknown, unknown>({
    create: () => landingItem(),
    samples: [
      { name: 'an object', input: { price: 1 } },
      { name: 'nothing', input: null },
      { name: 'a list', input: [1, [2]] },
    ],
  });
  for (const { clause, name, run } of nested) it(`nested: ${clause} ${name}`, run);
  const flat = eachCases<object, object>({
    create: () => landingItem<object, NonNullable<unknown>, 'flat'>({ layout: 'flat', key: 'content' }),
    samples: [
      { name: 'an object', input: { price: 1 } },
      { name: 'a name that is taken', input: { uuid: 1 }, error: 'LANDING_NAME_TAKEN' },
      { name: 'a list', input: [1], error: 'LANDING_RECORD_NOT_OBJECT' },
    ],
  });
  for (const { clause, name, run } of flat) it(`flat: ${clause} ${name}`, run);
  const undated = eachCases<unknown, unknown>({
    create: () => landingItem(),
    item: { id: 'a', uri: 'a' },
    samples: [{ name: 'an item without a date', input: 1, error: 'LANDING_DATE_MISSING' }],
  });
  for (const { clause, name, run } of undated) it(`${clause} ${name}`, run);
});

describe('options', () => {
  const table = { table: 'table' };
  const cases = {
    dynamodbSink: optionCases({
      make: (own) => dynamodbSink(own as Parameters<typeof dynamodbSink>[0]),
      valid: table,
      invalid: [{ table: '' }, { concurrency: 0 }, { retry: 1 }],
    }),
    landingItem: optionCases({ make: landingItem, invalid: [{ layout: 'round' }, { key: 1 }] }),
    dynamodbLedger: optionCases({
      make: (own) => dynamodbLedger(own as Parameters<typeof dynamodbLedger>[0]),
      valid: table,
      invalid: [{ table: 1 }],
    }),
    dynamodbQuarantine: optionCases({
      make: (own) => dynamodbQuarantine(own as Parameters<typeof dynamodbQuarantine>[0]),
      valid: table,
      invalid: [{ table: 1 }],
    }),
  };
  for (const [plugin, list] of Object.entries(cases)) for (const { name, run } of list) it(`${plugin}: ${name}`, run);
});
