import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyDecoders } from '../src/events/key-encodings.ts';
import { readEvent } from '../src/index.ts';
import { AWKWARD_KEYS, encodeKey, s3Event } from './s3-payload.ts';

const decodeKey = keyDecoders().notification;

describe('the encoding of forms', () => {
  it.each(AWKWARD_KEYS)('undoes the encoding of %j', (key) => {
    expect(decodeKey(encodeKey(key))).toBe(key);
  });

  it('undoes the encoding of any key, whichever of its characters the sender chose to encode', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(key, (text) => {
        expect(decodeKey(encodeKey(text))).toBe(text);
        expect(decodeKey(encodeURIComponent(text))).toBe(text);
        expect(decodeKey(new URLSearchParams({ k: text }).toString().slice(2))).toBe(text);
      }),
    );
  });

  it('turns + into a space before it decodes, so an encoded + stays one', () => {
    expect(decodeKey('a+b%2Bc')).toBe('a b+c');
    expect(decodeKey('%252B')).toBe('%2B');
  });

  it('takes an encoded slash, which MinIO sends', () => {
    expect(decodeKey('in%2F2026%2Ffile.gz')).toBe('in/2026/file.gz');
  });

  it.each(['100%', '%zz', '%E2%82', '%C3%28'])('refuses %j and names it', (encoded) => {
    expect(() => decodeKey(encoded)).toThrow(
      expect.objectContaining({ code: 'LAMBDA_KEY_INVALID', details: { key: encoded }, cause: expect.any(URIError) }),
    );
  });
});

describe('the other encodings', () => {
  it.each(AWKWARD_KEYS)('percent and none undo what was done to %j', (key) => {
    const { s3Batch, map } = keyDecoders({ s3Batch: 'percent' });
    expect(s3Batch(encodeURIComponent(key))).toBe(key);
    expect(map(key)).toBe(key);
  });

  it('percent leaves a plus sign what it is', () => {
    expect(keyDecoders({ s3Batch: 'percent' }).s3Batch('a+b%20c')).toBe('a+b c');
  });

  it('a function does as it likes, for keys that hold more than a name', () => {
    const keys = { notification: (text: string) => (JSON.parse(text) as { key: string }).key };
    expect(keyDecoders(keys).notification('{"key":"a b"}')).toBe('a b');
  });

  it.each<[string, (key: string) => string]>([
    ['throws', () => JSON.parse('{') as string],
    ['answers no text', () => 5 as unknown as string],
    ['answers an empty text', () => ''],
  ])('fails the record alone where the function %s', (_what, notification) => {
    const event = s3Event({ key: 'bad' }, { key: 'good' });
    const chosen = (key: string): string => (key === 'bad' ? notification(key) : key);
    expect(readEvent(event, { keys: { notification: chosen } })).toMatchObject([
      { kind: 'unreadable', object: 's3://supplier-drop/bad', error: { code: 'LAMBDA_KEY_INVALID' } },
      { kind: 'object', ref: { key: 'good' } },
    ]);
  });

  it.each<[unknown, string]>([
    [{ notifications: 'form' }, 'OPTION_UNKNOWN'],
    [{ notification: 'url' }, 'OPTION_INVALID'],
    ['form', 'OPTION_INVALID'],
    [null, 'OPTION_INVALID'],
  ])('refuses %j as the option "keys"', (keys, code) => {
    expect(() => readEvent([], { keys: keys as object })).toThrow(expect.objectContaining({ code }));
  });
});
