import type { Rejection } from '@millrace/core';
import { expect, it } from 'vitest';
import { exportRecords } from '../src/quarantine/export-records.ts';
import type { KeptRejection } from '../src/quarantine/kept.ts';

function kept(raw: string, more: Partial<Rejection> = {}): KeptRejection {
  const facts = { feed: 'prices', run: 'r', item: { id: 'v', uri: 's3://drop/a.csv' }, stage: 'parseCsv', branch: '' };
  return {
    id: '0123456789',
    rejection: { ...facts, ordinal: 4, line: 5, code: 'CSV_FIELD_COUNT', message: 'It has 2 fields.', raw, ...more },
  };
}

it('writes the header that the rows had', () => {
  const details = { content: { columns: ['sku', 'a;b'], delimiter: ';' } };
  expect(exportRecords([kept('A;1', { details }), kept('B', { details })]).records).toBe('sku;"a;b"\nA;1\nB\n');
});

it('finds the delimiter in the row if the feed states it', () => {
  const details = { content: { columns: ['sku', 'amount'] } };
  expect(exportRecords([kept('A\t1\t2', { details })]).records).toBe('sku\tamount\nA\t1\t2\n');
});

it('writes no header if there are several, or none', () => {
  const of = (name: string) => ({ details: { content: { columns: [name], delimiter: ',' } } });
  expect(exportRecords([kept('1', of('a')), kept('2', of('b'))]).records).toBe('1\n2\n');
  expect(exportRecords([kept('{"a":1}')]).records).toBe('{"a":1}\n');
});

it('says why, row by row, as CSV that no spreadsheet runs', () => {
  const { reasons } = exportRecords([kept('A', { message: '=1+2, "quoted"' })]);
  expect(reasons).toBe(
    'id,object,line,record,code,reason\n0123456789,s3://drop/a.csv,5,4,CSV_FIELD_COUNT,"\'=1+2, ""quoted"""\n',
  );
});
