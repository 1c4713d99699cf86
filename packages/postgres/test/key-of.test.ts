import { decimal } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { postgresSink } from '../src/index.ts';

const client = { query: () => Promise.reject(new Error('never called')) };
const keyOf = (value: object, key: string | readonly string[] = 'id'): string | undefined =>
  postgresSink<string>({ client, table: 't', key }).keyOf!(value as never);

describe('keyOf', () => {
  it.each([
    ['numbers', [1, 1n, '1', '1.0', '01', '+1', '1e0', '10e-1', ' 1 ', decimal('1.00')]],
    ['large numbers', ['1e30', 10n ** 30n, `1${'0'.repeat(30)}`, 1e30]],
    ['small numbers', ['-0.0000001', -1e-7, '-.1e-6', decimal('-0.00000010')]],
    ['zero', [0, -0, '0', '-0.00', '0e9']],
    ['uuids', ['0B6D0D4C-3D5E-5A39-8C0C-6E7A3F1B2C4D', '0b6d0d4c-3d5e-5a39-8c0c-6e7a3f1b2c4d']],
    ['text of char(n) and citext', ['Shelf', 'shelf', 'shelf  ']],
    [
      'instants',
      [new Date('2026-01-02T00:00:00Z'), '2026-01-02T00:00:00Z', '2026-01-02 01:00:00+01', '2026-01-01T23:00-01:00'],
    ],
    ['bytes', [new Uint8Array([1, 171]), Buffer.from('01ab', 'hex'), new Uint8Array([1, 171]).buffer, '\\x01AB']],
  ])('is one for spellings of %s that a table may hold equal', (_, spellings) => {
    expect(new Set(spellings.map((id) => keyOf({ id })))).toHaveProperty('size', 1);
  });

  it('is another for another key', () => {
    const keys = [
      '1',
      '10',
      '100',
      '0.1',
      '-1',
      'a',
      'b',
      'a b',
      '',
      '.',
      '-',
      'e1',
      '1e',
      '2026-01-02',
      '2026-01-02T00:00:00Z',
      'true',
      '\\x01',
    ];
    expect(new Set(keys.map((id) => keyOf({ id }))).size).toBe(keys.length);
  });

  it('keeps columns apart, in the order of the option', () => {
    const pairs = [
      { a: 'x', b: 'yz' },
      { a: 'xy', b: 'z' },
      { a: '', b: 'xyz' },
      { a: '1:x', b: '' },
      { a: 'yz', b: 'x' },
      { a: '1', b: '12' },
      { a: '11', b: '2' },
    ];
    expect(new Set(pairs.map((pair) => keyOf(pair, ['a', 'b']))).size).toBe(pairs.length);
    expect(keyOf({ b: 2, a: 1, n: 3 }, ['a', 'b'])).toBe(keyOf({ a: '1', b: '2', n: 4 }, ['a', 'b']));
  });

  it('is undefined without a value that a key can have: the record is refused', () => {
    for (const value of [{}, { id: null }, { id: {} }, { id: new Date(Number.NaN) }, { id: () => 1 }, null, 'text']) {
      expect(keyOf(value as object)).toBeUndefined();
    }
    expect(keyOf({ a: 1 }, ['a', 'b'])).toBeUndefined();
  });

  it('takes time in proportion to the text', () => {
    const digits = '0'.repeat(200_000);
    expect(keyOf({ id: `1${digits}` })).toBe('1e200000');
    expect(keyOf({ id: `${digits}x` })).toBe(`${digits}x`);
  });
});
