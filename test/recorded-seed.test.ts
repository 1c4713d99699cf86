import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedParameters } from './setup/seed-parameters.ts';

describe('the seed of property tests', () => {
  it('is set in every test file', () => {
    expect(fc.readConfigureGlobal()).toEqual(seedParameters(process.env['MILLRACE_SEED']));
  });

  it('is recorded, so that two runs draw the same values', () => {
    const { seed } = seedParameters(undefined);
    expect(seed).toEqual(expect.any(Number));
    const draw = (): unknown => fc.sample(fc.nat(), { ...seedParameters(undefined), numRuns: 5 });
    expect(draw()).toEqual(draw());
  });

  it('is the one in MILLRACE_SEED, or a fresh one for each property', () => {
    expect(seedParameters('-42')).toEqual({ seed: -42 });
    expect(seedParameters('random')).toEqual({});
  });

  it.each(['', 'soon', '1.5'])('is refused if MILLRACE_SEED is %j', (value) => {
    expect(() => seedParameters(value)).toThrow(/^MILLRACE_SEED is .* Set it to an integer, or to random\.$/);
  });

  it('is printed when a property fails', () => {
    const failing = fc.property(fc.nat(), (n) => n < 10);
    expect(() => fc.assert(failing, seedParameters('7'))).toThrow('{ seed: 7');
  });
});
