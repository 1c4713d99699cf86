import assert from 'node:assert/strict';
import { memorySource } from '../memory-source.ts';
import { numberedFeed, numberedPlaces, numbersUpTo } from './numbered-feed.ts';
import type { SinkCase, SinkStand } from './sink-stand.ts';

/** So many entries at once are enough to be many. */
const MANY = 1000;

/** What resolving means, what a refusal means, and what the sink says of its limits. */
export const acceptanceCases: readonly SinkCase[] = [
  {
    name: 'what a write accepts is stored',
    clause: '5.1',
    check: async ({ places, entries, accepts, holds }) => {
      await accepts(await entries(places(1)));
      await holds(places(1));
      await accepts(await entries(places(3, 1)));
      await holds([...places(1), ...places(3, 1)]);
    },
  },
  {
    name: 'a batch as large as the limit is stored',
    clause: '5.1',
    check: async ({ places, entries, accepts, holds }) => {
      const all = places(MANY);
      await accepts(await entries(all));
      await holds(all);
    },
  },
  {
    name: 'what was accepted is there when the sink is closed',
    clause: '5.1',
    check: async ({ sink, places, entries, accepts, holds }) => {
      await accepts(await entries(places(3)));
      await sink.close?.();
      await holds(places(3));
    },
  },
  {
    name: 'a refusal names position, code and message, and costs no other entry its place',
    clause: '5.3',
    needs: 'refusals',
    check: async (stand) => {
      const last = stand.places(12).length - 1;
      const everywhere = stand.places(12).map((_, position) => position);
      for (const [number, positions] of [[0], [last], [1, 2, last - 1], everywhere].entries()) {
        const all = stand.places(12, number * 12);
        const entries = [...(await stand.entries(all))];
        for (const position of positions) entries[position] = await stand.bad(all[position]!);
        const refusals = await stand.write(entries);
        const told = refusals
          .map(({ position, code }) => ({ position, code }))
          .toSorted((a, b) => a.position - b.position);
        const wanted = [...new Set(positions)].toSorted((a, b) => a - b);
        assert.deepEqual(
          told,
          wanted.map((position) => ({ position, code: stand.badCode })),
        );
        for (const { message } of refusals)
          assert.ok(typeof message === 'string' && message !== '', 'A refusal has a message.');
      }
    },
  },
  {
    name: 'a refusal beside others leaves the others stored',
    clause: '5.3',
    needs: 'refusals',
    check: async (stand) => {
      const all = stand.places(6);
      const entries = [...(await stand.entries(all))];
      entries[1] = await stand.bad(all[1]!);
      assert.deepEqual(
        (await stand.write(entries)).map(({ position }) => position),
        [1],
      );
      await stand.holds(all.filter((_, position) => position !== 1));
    },
  },
  {
    name: 'it takes groups and mixed items if, and only if, its author says so',
    clause: '5.6',
    check: async ({ sink, group, supports }) => {
      assert.deepEqual(
        { groups: group > 1, mixedItems: sink.mixesItems === true },
        { groups: supports.groups, mixedItems: supports.mixedItems },
      );
    },
  },
  {
    name: 'a feed takes it, with its limits and concurrency, and every record arrives',
    clause: '5.6',
    check: arrives,
  },
  {
    name: 'as many writes at once as it says are taken',
    clause: '5.6',
    check: async ({ sink, places, entries, accepts, holds, group }) => {
      const size = Math.max(1, Math.min(places(MANY).length, Math.floor(MANY / (sink.concurrency ?? 1))) / group);
      const batches = Array.from({ length: sink.concurrency ?? 1 }, (_, index) =>
        places(Math.ceil(size), index * Math.ceil(size)),
      );
      await Promise.all(batches.map(async (batch) => accepts(await entries(batch))));
      await holds(batches.flat());
    },
  },
  {
    name: 'its entries are as they were, accepted or refused',
    clause: '5.7',
    check: async (stand) => {
      const all = stand.places(5);
      const make = async () => {
        const entries = [...(await stand.entries(all))];
        if (stand.badCode !== '') entries[2 % entries.length] = await stand.bad(all[2 % entries.length]!);
        return entries;
      };
      const given = await make();
      const members = [...given];
      await stand.write(given).catch(() => {});
      assert.deepEqual(given, members, 'The array of entries must not be changed.');
      assert.deepEqual(
        given.map(({ value }) => value),
        (await make()).map(({ value }) => value),
        'Entries must not be changed by the sink.',
      );
    },
  },
];

async function arrives<T>(stand: SinkStand<T>): Promise<void> {
  const count = 3 * stand.group + 20;
  const source = memorySource<number>({ objects: { a: numbersUpTo(count), b: numbersUpTo(2) } });
  const report = await numberedFeed(source, stand, stand.sink).run(source.refs(), { onFailure: 'report' });
  assert.deepEqual(
    report.reports.flatMap(({ error }) => error ?? []),
    [],
    'The run must not fail.',
  );
  const places = report.reports.flatMap(({ origin }) =>
    numberedPlaces(origin!, origin!.uri === 'memory:a' ? count : 2),
  );
  assert.equal(report.totals.written, places.length);
  await stand.holds(places);
}
