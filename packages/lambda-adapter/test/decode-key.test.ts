import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeKey } from '../src/events/decode-key.ts';
import { AWKWARD_KEYS, encodeKey } from './s3-payload.ts';

describe('decodeKey', () => {
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
