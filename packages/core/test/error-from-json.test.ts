import { describe, expect, it } from 'vitest';
import { errorFromJson, isMillraceError, MillraceError } from '../src/index.ts';

const place = { stage: 'csv', item: 'item', part: 'a.csv', ordinal: 3 };
const inner = new MillraceError('INNER', 'Within.', { cause: new TypeError('says what a record holds') });

describe('errorFromJson', () => {
  it.each([
    [
      'with a place, details and causes',
      new MillraceError('OUTER', 'It broke.', { ...place, details: { at: 1 }, cause: inner }),
    ],
    ['that is retryable', new MillraceError('OUTER', 'It broke.', { retryable: true })],
    ['with a code and a message alone', new MillraceError('OUTER', 'It broke.')],
  ])('reads an error %s back as often as it is kept', (_, error) => {
    const text = JSON.stringify(error);
    const once = errorFromJson(JSON.parse(text) as Record<string, unknown>);
    const twice = errorFromJson(JSON.parse(JSON.stringify(once)) as Record<string, unknown>);
    for (const found of [once, twice]) {
      expect(isMillraceError(found)).toBe(true);
      expect(JSON.stringify(found)).toBe(text);
      expect([found.code, found.message, found.retryable]).toEqual([error.code, error.message, error.retryable]);
    }
  });

  it('gives a cause that names the chain, and quotes nothing', () => {
    const error = new MillraceError('OUTER', 'It broke.', { cause: inner });
    const { cause } = errorFromJson(error.toJSON());
    expect(cause).toBeInstanceOf(Error);
    expect((cause as Error).message).toBe('INNER: Within. (caused by TypeError)');
  });

  it('still does not quote a cause that is only like one', () => {
    const error = new MillraceError('OUTER', 'It broke.', { cause: new Error('Error (caused by TypeError)') });
    expect(error.toJSON()['cause']).toBe('Error');
  });
});
