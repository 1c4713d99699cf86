import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../src/json/json-fault.ts';

/** What V8 says, where it says a place and is not about the inside of a number. */
const POSITION = /^(?:Expected|Unterminated string|Bad control|Unexpected non-whitespace).* at position (\d+)/;

function messageOf(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch (error) {
    return (error as SyntaxError).message;
  }
  return undefined;
}

describe('the place of a fault in JSON', () => {
  it.each([
    ['', 'it ends too early'],
    ['{"a":', 'it ends too early'],
    ['["a', 'it ends too early'],
    ['["a\\', 'character 4 is unexpected'],
    ['{"card":x4111}', 'character 9 is unexpected'],
    ['[1,]', 'character 4 is unexpected'],
    ['{,}', 'character 2 is unexpected'],
    ['{"a" 1}', 'character 6 is unexpected'],
    ['1 2', 'character 3 is unexpected'],
    ['"\t"', 'character 2 is unexpected'],
    ['nul', 'character 1 is unexpected'],
    ['[01]', 'character 3 is unexpected'],
    [']', 'character 1 is unexpected'],
  ])('of %j', (text, fault) => {
    expect(messageOf(text)).toBeDefined();
    expect(jsonFault(text)).toBe(fault);
  });

  it('is where V8 finds it, and never beyond what is right', () => {
    const broken = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', 'x', ',', '"', ':', '}', ']', '{', '\\', '1', '\n'),
      )
      .map(([json, at, length, put]) => {
        const from = at % (json.length + 1);
        return json.slice(0, from) + put + json.slice(from + length);
      });
    fc.assert(
      fc.property(broken, (text) => {
        const message = messageOf(text);
        if (message === undefined) return;
        const fault = jsonFault(text);
        const [, place] = /character (\d+)/.exec(fault) ?? [];
        const at = place === undefined ? text.length : Number(place) - 1;
        // Of an escape that breaks off, V8 names the end, and this the backslash.
        if (text[at] === '\\') return;
        const [, position] = POSITION.exec(message) ?? [];
        if (position !== undefined && !/[-.eE\d]/.test(text[at - 1] ?? '')) expect(at).toBe(Number(position));
        // Of a number or word that breaks off, V8 names the end, and this where it breaks off.
        if (message.startsWith('Unexpected end') && !/[-.+eEtfn]/.test(text[at] ?? '')) expect(at).toBe(text.length);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes as long as the text, however deep it is', () => {
    expect(jsonFault('['.repeat(1e6))).toBe('it ends too early');
    expect(jsonFault(`${'{"a":'.repeat(2e5)}x`)).toBe('character 1000001 is unexpected');
  });
});
