import assert from 'node:assert/strict';
import { ITEMS, type SinkCase } from './sink-stand.ts';
import { needed } from '../needed.ts';

/** Writing again: the same batch, other batches, other sinks, other records. */
export const repetitionCases: readonly SinkCase[] = [
  {
    name: 'a batch that is written again is there once',
    clause: '5.4',
    check: async ({ places, entries, accepts, holds }) => {
      for (let times = 1; times <= 3; times += 1) await accepts(await entries(places(5)));
      await holds(places(5));
    },
  },
  {
    name: 'batches that are cut elsewhere at the second time leave each record once',
    clause: '5.4',
    check: async ({ places, entries, accepts, holds }) => {
      for (const [groups, first] of [
        [2, 0],
        [2, 2],
        [1, 0],
        [2, 1],
        [1, 3],
      ] as const) {
        await accepts(await entries(places(groups, first)));
      }
      await holds([...places(1, 0), ...places(1, 1), ...places(1, 2), ...places(1, 3)]);
    },
  },
  {
    name: 'another sink of the same place writes the same records, at the same time and later',
    clause: '5.4',
    needs: 'shared',
    check: async ({ bench, places, entries, accepts, holds }) => {
      const other = await needed(bench.another, 'another')();
      try {
        await Promise.all([accepts(await entries(places(5))), accepts(await entries(places(5)), other)]);
        await accepts(await entries(places(5)), other);
        await holds(places(5));
      } finally {
        await other.close?.();
      }
    },
  },
  {
    name: 'versions, objects and branches do not take the place of each other',
    clause: '5.4',
    check: async ({ places, entries, accepts, holds }) => {
      const all = ITEMS.map((item) => places(1).map((place) => ({ ...place, item })));
      for (const batch of all) await accepts(await entries(batch));
      const branches = ['0', '1', '1.0', '10'].map((branch) => ({ ordinal: 1_000_000, branch }));
      await accepts(await entries(branches));
      await holds([...all.flat(), ...branches]);
    },
  },
  {
    name: 'one batch of several items is stored',
    clause: '5.6',
    needs: 'mixedItems',
    check: async ({ sink, places, entries, accepts, holds }) => {
      assert.equal(sink.mixesItems, true, 'A sink that supports mixed items must say `mixesItems`.');
      const all = ITEMS.flatMap((item) => places(1).map((place) => ({ ...place, item })));
      await accepts(await entries(all));
      await holds(all);
    },
  },
  {
    name: 'two entries of one place do not fail their batch, and are there once',
    clause: '5.9',
    check: async ({ places, entries, accepts, holds }) => {
      const [first, ...others] = await entries(places(3));
      await accepts([first!, first!, ...others]);
      await holds(places(3));
    },
  },
  {
    name: 'of two entries of one key the later one wins, in one write and in two',
    clause: '5.11',
    check: async ({ bench, sink, group, revised, accepts }) => {
      const { keyOf } = sink;
      if (keyOf === undefined) return;
      const [first, second] = await Promise.all(['first', 'second'].map((text) => revised({ ordinal: 0 }, text)));
      const key = keyOf(first!.value);
      assert.ok(typeof key === 'string', 'A record that is accepted has a key.');
      assert.equal(keyOf(second!.value), key, 'Records that take the place of each other must have one key.');
      const others = await Promise.all([1, group].map((ordinal) => revised({ ordinal }, 'other')));
      for (const { value } of others) assert.notEqual(keyOf(value), key, 'Records of other places have other keys.');
      for (const batches of [[[first!, second!]], [[second!, first!]], [[first!], [second!]]]) {
        for (const batch of batches) await accepts(batch);
        const last = batches.at(-1)!.at(-1);
        assert.deepEqual(await bench.stored(), [last === first ? 'first' : 'second'], 'The later entry must win.');
      }
    },
  },
  {
    name: 'a group that is written again is there once, beside the other groups',
    clause: '5.10',
    needs: 'groups',
    check: async ({ group, places, entries, accepts, holds }) => {
      assert.ok(group > 1, 'A sink that supports groups must say `group`.');
      for (const first of [0, 1, 1, 0]) await accepts(await entries(places(1, first)));
      await holds([...places(1, 0), ...places(1, 1)]);
    },
  },
  {
    name: 'what a replay brings joins its group, before and after the group is written anew',
    clause: '5.10',
    needs: 'groups',
    check: async ({ sink, places, entries, write, accepts, holds }) => {
      const single = { ...sink, write: needed(sink.writeSingly, 'writeSingly of the sink') };
      const all = places(2);
      const late = all.filter((_, position) => position % 3 === 1);
      await accepts(await entries(all.filter((place) => !late.includes(place))));
      for (let times = 1; times <= 2; times += 1) {
        assert.deepEqual(await write(await entries(late), single), []);
        await holds(all);
      }
      await accepts(await entries(all));
      await holds(all);
      assert.deepEqual(await write(await entries(late), single), []);
      await holds(all);
    },
  },
];
