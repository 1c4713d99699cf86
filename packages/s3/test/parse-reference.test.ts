import { expect, it } from 'vitest';
import { s3Source } from '../src/index.ts';

const { parseReference, describe } = s3Source();

it.each([
  ['s3://drop/2026/a b+c.csv.gz', { bucket: 'drop', key: '2026/a b+c.csv.gz' }],
  ['s3://drop//a?versionId=1#2', { bucket: 'drop', key: '/a?versionId=1#2' }],
  [
    's3://arn:aws:s3:eu-central-1:1234:accesspoint/drop/in/a.csv',
    { bucket: 'arn:aws:s3:eu-central-1:1234:accesspoint/drop', key: 'in/a.csv' },
  ],
])('makes a reference of %j, and describes it the same', (text, ref) => {
  expect(parseReference?.(text)).toEqual(ref);
  expect(describe(ref)).toBe(text);
});

it.each(['', 'drop/a.csv', 's3://drop', 's3://drop/', 's3:///a', 'https://drop.s3.amazonaws.com/a'])(
  'knows nothing of %j',
  (text) => {
    expect(parseReference?.(text)).toBeUndefined();
  },
);
