import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { fileSource } from '../src/index.ts';

const { parseReference, describe } = fileSource();

it.each([
  ['data/a b.csv', { path: 'data/a b.csv' }],
  ['/tmp/a%20b.csv', { path: '/tmp/a%20b.csv' }],
  [pathToFileURL(resolve('/tmp/a b.csv')).href, { path: resolve('/tmp/a b.csv') }],
  ['-', { path: '-' }],
  ['stdin:', { path: '-' }],
])('makes a reference of %j', (text, ref) => {
  expect(parseReference?.(text)).toEqual(ref);
});

it('reads back what it describes', () => {
  for (const path of [resolve('/tmp/prices#1?.csv'), '-']) {
    const uri = describe({ path });
    expect(describe(parseReference?.(uri) as { readonly path: string })).toBe(uri);
  }
});

it.each(['', 's3://bucket/key', 'https://example.com/a.csv', 'file://%'])('knows nothing of %j', (text) => {
  expect(parseReference?.(text)).toBeUndefined();
});
