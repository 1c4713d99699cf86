import { describe, expect, it } from 'vitest';
import { inFull } from '../../../test/support/in-full.ts';
import { chaosCases, memorySink, sinkCases, type SinkCasesOptions } from '../src/index.ts';
import { failingClauses } from './failing.ts';
import { type Breach, serviceSinkCases } from './service-sink.ts';

const WITHOUT_END: [Breach, readonly string[]] = ['retries for ever', ['5.5']];

describe.each([
  ['single records', 1],
  ['groups', 4],
])('a sink of %s that keeps the contract', (_, group) => {
  for (const { clause, name, run } of sinkCases(serviceSinkCases(undefined, group))) it(`${clause} ${name}`, run);
  for (const { clause, name, run } of chaosCases(serviceSinkCases(undefined, group))) it(`${clause} ${name}`, run);
});

// They mostly wait.
describe.concurrent('a sink that breaks the contract fails the cases of what it breaks, and no other', () => {
  // Where there are several clauses, the one broken is what the others rest on: nothing is right where records are lost, a
  // replay needs keys, a feed's records have branches, and a sink that has no code has not retried either.
  it.each<[Breach, readonly string[], number?]>([
    ['loses the last record', ['5.1', '5.11', '5.14', '5.2', '5.3', '5.4', '5.5', '5.6', '5.8', '5.9']],
    ['keeps records until more come', ['5.1', '5.11', '5.14', '5.2', '5.3', '5.4', '5.5', '5.6', '5.8', '5.9']],
    ['refuses the position behind', ['5.3']],
    ['rejects where one entry is bad', ['5.3']],
    ['refuses without a message', ['5.3']],
    ['appends', ['5.11', '5.14', '5.4', '5.9']],
    ['has a key without the branch', ['5.14', '5.4', '5.6']],
    ['has a key without the version', ['5.14', '5.4', '5.6']],
    ['takes fewer than its limit', ['5.1', '5.2', '5.6']],
    ['takes one write at a time', ['5.6']],
    ['takes one item only', ['5.6']],
    ['calls an outage success', ['5.2', '5.5']],
    ['does not retry', ['5.5']],
    // Half a minute of waiting.
    ...(inFull ? [WITHOUT_END] : []),
    ['throws without a code', ['5.5', '8.1']],
    ['changes records', ['5.11', '5.7']],
    ['changes the array', ['5.3', '5.7']],
    ['rejects keys that come twice', ['5.11', '5.9']],
    ['keeps the first of a key', ['5.11']],
    ['has a key of its own for each text', ['5.11']],
    ['refuses what can pass', ['5.12']],
    ['says for good what can pass', ['5.12']],
    ['ignores its signal', ['5.8']],
    ['ignores its time', ['5.8']],
    ['writes after its signal', ['5.8']],
    ['declares no concurrency that a feed could take', ['5.6']],
    ['writes a replay over its group', ['5.10'], 4],
    ['adds a replay to a group that has it', ['5.10'], 4],
    ['retires nothing', ['5.14']],
    ['retires all versions', ['5.14']],
    ['retires beyond its part', ['5.14']],
    ['retires no branches', ['5.14']],
    ['retires in a dry run', ['5.14']],
    ['counts what is gone', ['5.14']],
    ['fails for rows that are gone', ['5.14']],
    ['retires what a newer version has taken', ['5.14']],
    ['retires other objects', ['5.14']],
    ['says for good that it cannot retire', ['5.14']],
  ])('%s', { timeout: 60_000 }, async (breach, clauses, group) => {
    expect(await failingClauses(sinkCases(serviceSinkCases(breach, group)))).toEqual(clauses);
  });
});

describe('memorySink keeps the contract', () => {
  const options: SinkCasesOptions<string> = {
    supports: { refusals: true, groups: false, mixedItems: false, shared: false, outages: false },
    record: (text) => text,
    refused: { record: () => 'bad', code: 'BAD' },
    create: () => {
      const sink = memorySink<string>({
        concurrency: 2,
        refuse: ({ value }) => (value === 'bad' ? { code: 'BAD', message: 'bad' } : undefined),
      });
      return { sink, stored: async () => sink.values() };
    },
  };
  for (const { clause, name, run } of [...sinkCases(options), ...chaosCases(options)]) it(`${clause} ${name}`, run);
});

describe('chaos', () => {
  it.each<[Breach]>([['appends'], ['loses the last record'], ['has a key without the branch']])(
    'finds a sink that %s',
    async (breach) => {
      expect(await failingClauses(chaosCases({ ...serviceSinkCases(breach), runs: 3 }))).toEqual(['5.4']);
    },
  );

  it('refuses options that it cannot use', () => {
    const refused = (options: object) => () => chaosCases({ ...serviceSinkCases(), ...options });
    expect(refused({ runs: 0 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(refused({ seeds: 1 })).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
    expect(refused({ supports: {} })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => sinkCases({ ...serviceSinkCases(), refused: undefined } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
