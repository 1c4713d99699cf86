import { describe, expect, it } from 'vitest';
import { argumentsOf, landingFromArguments, numbersFromArguments } from '../../tools/reliability/arguments.ts';
import { UsageError } from '../../tools/reliability/usage-error.ts';

describe('arguments of a reliability program', () => {
  const read = (...args: string[]) => landingFromArguments({ runs: 500, seed: 1 }, args);

  it('are numbers over defaults, and how records are landed', () => {
    expect(read()).toEqual({
      numbers: { runs: 500, seed: 1 },
      landing: { pack: undefined, natural: false, objects: 1 },
    });
    expect(read('--', '--seed', '7', '--keys', 'natural', '--objects', '3')).toEqual({
      numbers: { runs: 500, seed: 7 },
      landing: { pack: undefined, natural: true, objects: 3 },
    });
    expect(read('--pack', '20', '--keys', 'place').landing).toEqual({ pack: 20, natural: false, objects: 1 });
  });

  it.each([
    [['--pack', '20', '--keys', 'natural'], '--pack does not go with --keys natural'],
    [['--keys', 'content'], '--keys takes place or natural, not content.'],
    [['--objects', '0'], '--objects takes 1 or more, not 0.'],
    [['--pack', '1'], '--pack takes 2 or more records, not 1.'],
    [['--runs', 'many'], '--runs takes a whole number, not "many".'],
    [['--runs', ''], '--runs takes a whole number, not "".'],
    [['--run', '5'], "Unknown option '--run'"],
  ])('%j are refused', (args, message) => {
    expect(() => read(...args)).toThrow(message);
    expect(() => read(...args)).toThrow(UsageError);
  });

  it('of a program without landing do not have those of landing', () => {
    expect(numbersFromArguments({ runs: 3 }, ['--runs', '4'])).toEqual({ runs: 4 });
    expect(() => numbersFromArguments({ runs: 3 }, ['--pack', '20'])).toThrow("Unknown option '--pack'");
  });

  it.each([[[]], [['--pack', '20', '--objects', '3']], [['--keys', 'natural']]])('%j repeat the landing', (args) => {
    const { landing } = read(...args);
    const again = argumentsOf(landing).split(' ').filter(Boolean);
    expect(read(...again).landing).toEqual(landing);
  });
});
