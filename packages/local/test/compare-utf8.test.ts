import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareUtf8 } from '../src/children/compare-utf8.ts';

it('orders as the bytes of UTF-8 do', () => {
  const text = fc.string({
    unit: fc.constantFrom('', 'a', 'Z', 'é', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', '\u{1F600}'),
  });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
