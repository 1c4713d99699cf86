import { decimal, isDecimal } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('decimal', () => {
  it('keeps every digit, as JSON writes them', () => {
    const texts = {
      '0.1000000000000000055511151231257827': '0.1000000000000000055511151231257827',
      '-12.50': '-12.50',
      '+7': '7',
      '007.5': '7.5',
      '000': '0',
      '-0': '-0',
      '.5': '0.5',
      '5.': '5',
      '1E-7': '1e-7',
      '1e+400': '1e+400',
    };
    for (const [text, json] of Object.entries(texts)) {
      const value = decimal(text);
      expect(value.text).toBe(json);
      expect(String(value)).toBe(json);
      expect(JSON.stringify([value])).toBe(`[${json}]`);
      expect(isDecimal(value)).toBe(true);
      expect(Object.isFrozen(value)).toBe(true);
    }
  });

  it('makes JSON of any text that it takes', () => {
    const texts = fc.stringMatching(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$/);
    fc.assert(
      fc.property(texts, (text) => {
        expect(JSON.parse(JSON.stringify(decimal(text)))).toBe(Number(text));
        expect(Number(decimal(text))).toBe(Number(text));
      }),
    );
  });

  it('refuses a long text that is not a number at once, and does not quote it', () => {
    for (const text of [`${'0'.repeat(1e6)}x`, `${'1'.repeat(1e6)}x`, `0.${'0'.repeat(1e6)}x`]) {
      expect(() => decimal(text)).toThrow(
        expect.objectContaining({ details: { length: text.length, content: expect.anything() } }),
      );
    }
    try {
      decimal('canary');
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain('canary');
    }
  });

  it('refuses what is no number', () => {
    for (const text of ['', ' 1', '1 ', '.', '1e', '0x1', 'NaN', 'Infinity', '1,5', '1'.repeat(200) + 'x']) {
      expect(() => decimal(text)).toThrow(expect.objectContaining({ code: 'DECIMAL_INVALID' }));
    }
    for (const value of [1, '1', null, undefined, {}, 1n]) expect(isDecimal(value)).toBe(false);
  });
});
