import { MillraceError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { marshal } from '../src/marshal.ts';
import { refusedItem } from '../src/refused-item.ts';

const cause = Object.assign(new Error('quotes it'), { name: 'ValidationException' });
const refused = (message: string, record: object): MillraceError =>
  refusedItem(new MillraceError('CODE', message, { cause, details: { table: 'landing' } }), marshal(record));

describe('the error of an item that DynamoDB refuses', () => {
  it('stays as it is if it says nothing of the item', () => {
    const error = new MillraceError('CODE', 'Type mismatch for hall', { cause });
    expect(refusedItem(error, marshal({ hall: 'north' }))).toBe(error);
  });

  it('is without any text, number or binary of the item, wherever it is', () => {
    const [text, number, bytes] = ['secret', 98765, new Uint8Array([1, 2, 3])];
    const base64 = Buffer.from(bytes).toString('base64');
    const records: readonly [object, string][] = [
      [{ a: text }, text],
      [{ a: number }, '98765'],
      [{ a: bytes }, base64],
      [{ a: new Set([text]) }, text],
      [{ a: new Set([number]) }, '98765'],
      [{ a: new Set([bytes]) }, base64],
      [{ a: [[text]] }, text],
      [{ a: { b: text } }, text],
      [{ a: { [text]: 1 } }, text],
    ];
    for (const [record, content] of records) {
      const error = refused(`It has ${content} and ${content}.`, record);
      expect(error).toMatchObject({ code: 'CODE', message: 'It has … and ….', details: { table: 'landing' } });
      expect(String(error.cause)).not.toContain('quotes it');
    }
  });

  it('keeps what is in any message by chance, and what has three characters goes', () => {
    expect(refused('It has ab, 12.', { a: 'ab', b: 12, m: { ab: 1 }, c: new Uint8Array([1, 2]) }).message).toBe(
      'It has ab, 12.',
    );
    expect(refused('It has AQI=.', { c: new Uint8Array([1, 2]) }).message).toBe('It has AQI=.');
    expect(
      refused('It has abc, 123, nam, AQID.', { a: 'abc', b: 123, m: { nam: 1 }, c: new Uint8Array([1, 2, 3]) }).message,
    ).toBe('It has …, …, …, ….');
  });

  it('leaves nothing of a text that holds another', () => {
    expect(refused('It has north hall 7.', { a: 'north', b: 'north hall 7', c: 'hall' }).message).toBe('It has ….');
    expect(refused('It has north hall 7.', { a: 'north hall 7', b: 'north' }).message).toBe('It has ….');
  });
});
