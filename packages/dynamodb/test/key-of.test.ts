import { decimal, type Sink } from '@millrace/core';
import { expect, it } from 'vitest';
import { dynamodbSink, packed } from '../src/index.ts';

const keyOf = ({ keyOf: of }: Sink<never>, record: unknown): string | undefined => of!(record as never);

it('is one text for records that DynamoDB stores under one key, and another for others', () => {
  const sink = dynamodbSink({ table: 'prices', partitionKey: 'p', sortKey: 's' });
  const same = [
    [
      { p: 'a', s: 1 },
      { p: 'a', s: 1n, other: 1 },
      { p: 'a', s: decimal('1.0') },
    ],
    [
      { p: new Uint8Array([1, 2]), s: 'x' },
      { p: Buffer.from([1, 2]), s: 'x' },
    ],
  ];
  for (const group of same) expect(new Set(group.map((record) => keyOf(sink, record))).size).toBe(1);
  const different = [
    { p: 'a', s: 'b' },
    { p: 'a', s: 'bc' },
    { p: 'ab', s: 'c' },
    { p: 'aS', s: 'b' },
    { p: '1', s: 'x' },
    { p: 1, s: 'x' },
    { p: new Uint8Array([49]), s: 'x' },
    { p: '3:Sa', s: 'b' },
  ];
  const keys = different.map((record) => keyOf(sink, record));
  expect(keys).not.toContain(undefined);
  expect(new Set(keys).size).toBe(different.length);
});

it('is none for what cannot be stored', () => {
  const sink = dynamodbSink({ table: 'landing' });
  for (const record of [
    null,
    'x',
    {},
    { uuid: '' },
    { uuid: null },
    { uuid: Number.NaN },
    { uuid: 'x'.repeat(2049) },
  ]) {
    expect(keyOf(sink, record)).toBeUndefined();
  }
});

it('is not there with packs: their records have keys by place', () => {
  expect(dynamodbSink({ table: 'landing', pack: packed() }).keyOf).toBeUndefined();
});
