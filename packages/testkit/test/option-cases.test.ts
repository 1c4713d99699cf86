import { check, checkOptions } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { memorySink, memorySource, optionCases, supportsLine } from '../src/index.ts';
import { failingClauses } from './failing.ts';
import { SOURCE_SUPPORTS } from './memory-source-bench.ts';

describe('the options of plugins in memory', () => {
  const sink = optionCases({
    make: memorySink,
    valid: { name: 'a', concurrency: 2 },
    invalid: [{ name: '' }, { concurrency: 0 }, { delayMs: 'long' }],
  });
  for (const { clause, name, run } of sink) it(`${clause} memorySink: ${name}`, run);
  for (const { clause, name, run } of optionCases({ make: memorySource })) it(`${clause} memorySource: ${name}`, run);
});

describe('a plugin that is careless with its options is found out', () => {
  const checked = (options: { readonly size?: number }): void =>
    checkOptions('plugin', options, { size: check.optional(check.integer(1)) });
  it.each([
    ['takes everything', () => {}],
    ['takes nothing', (options: object) => checkOptions('plugin', options as { a: 1 }, { a: check.integer(1, 1) })],
    ['throws without a code', (options: object) => Object.keys(options).forEach((key) => key === 'size' || fail())],
    ['takes what is invalid', (options: object) => 'size' in options || checked(options)],
  ])('%s', async (_, make) => {
    expect(await failingClauses(optionCases({ make, valid: { size: 1 }, invalid: [{ size: 0 }] }))).toEqual(['8.3']);
  });
});

function fail(): never {
  throw new Error('no');
}

it('refuses options that it does not know itself', () => {
  expect(() => optionCases({ make: memorySink, invalids: [] } as never)).toThrow(
    expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
  );
});

it('says in one line what a plugin supports', () => {
  expect(supportsLine('s3Source', { ...SOURCE_SUPPORTS, breaks: false })).toBe(
    'Conformance of `s3Source`: `pinned`, `listing`, `holds`; not `breaks`.',
  );
});
