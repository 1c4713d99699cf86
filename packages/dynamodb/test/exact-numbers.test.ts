import { feed, isDecimal, type Rejection } from '@millrace/core';
import { parseNdjson } from '@millrace/formats';
import { memorySource } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { decimalText, parseDecimal } from '../src/decimal.ts';
import { dynamodbSink, landingItem } from '../src/index.ts';
import { localTables } from './support/local-tables.ts';
import { unpacked } from './support/unpacked.ts';

const tables = localTables();

const held = [
  '9007199254740993',
  '-18446744073709551617',
  '0.1000000000000000055511151231257827',
  '99999999999999999999999999999999999999',
  '1234567.12345678901234567',
  '1.5e-130',
  '42',
];
/** Packs hold numbers in another form than single items. */
const normal = (number: unknown): string => decimalText(parseDecimal(String(number))!);

const refused = {
  '123456789012345678901234567890123456789': 'DYNAMODB_NUMBER_TOO_PRECISE',
  '1e126': 'DYNAMODB_NUMBER_OUT_OF_RANGE',
  '-1e-131': 'DYNAMODB_NUMBER_OUT_OF_RANGE',
  '1e400': 'DYNAMODB_NUMBER_OUT_OF_RANGE',
};

describe.each([undefined, { records: 3 }])('numbers of JSON, exactly, landed with pack %j', (pack) => {
  it('reach the table digit by digit, and what it cannot hold is rejected', async () => {
    const table = await tables.make();
    const lines = [...held, ...Object.keys(refused)].map((n) => `{"n":${n}}\n`).join('');
    const rejections: Rejection[] = [];
    const report = await feed('prices')
      .from(memorySource<string>({ objects: { a: [lines] } }))
      .through(parseNdjson<{ readonly n: unknown }>({ numbers: 'exact' }))
      .through(landingItem())
      .to(dynamodbSink({ table, client: tables.client(), ...(pack && { pack }) }))
      .run([{ name: 'a' }], {
        quarantine: {
          name: 'kept',
          write: async (entries) => {
            rejections.push(...entries.map(({ value }) => value));
          },
        },
      });
    expect(report.totals).toMatchObject({ written: held.length, rejected: Object.keys(refused).length });
    expect(rejections.map(({ code }) => code)).toEqual(Object.values(refused));
    expect(rejections.map(({ raw }) => raw)).toEqual(Object.keys(refused).map((n) => `{"n":${n}}`));
    const records = await unpacked(await tables.scan(table));
    const landed = records
      .toSorted((a, b) => Number(a['ordinal']) - Number(b['ordinal']))
      .map(({ record }) => (record as { readonly n: unknown }).n);
    expect(landed.map(normal)).toEqual(held.map(normal));
    expect(landed.filter((n) => typeof n === 'number')).toEqual([1.5e-130, 42]);
    expect(landed.some(isDecimal)).toBe(false);
  });
});
