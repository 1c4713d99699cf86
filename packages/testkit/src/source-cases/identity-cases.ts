import assert from 'node:assert/strict';
import { content, idAndContent, openItem, readItem, rejectsWithCode, sameBytes } from './read-item.ts';
import { needed } from '../needed.ts';
import type { Cuttable } from '../cut.ts';
import type { SourceBench, SourceCase } from './source-bench.ts';

/** Cases about identity: versions, ids, and the same results every time. */
export const identityCases: readonly SourceCase[] = [
  {
    name: 'a reference to an object that was overwritten is refused',
    clause: '2.1',
    needs: 'pinned',
    check: async (bench) => {
      const first = await bench.put('a', content(1));
      await bench.put('a', content(2));
      await rejectsWithCode(idAndContent(bench, first), 'Opening a version that is not there any more');
    },
  },
  {
    name: 'what is read through an item is one version, whatever happens meanwhile, or rejects',
    clause: '2.1',
    check: async (bench) => {
      const [before, after] = [content(1, 4 * 1024 * 1024), content(2, 4 * 1024 * 1024)];
      const item = await openItem(bench, await bench.put('a', before));
      const reading = readItem(item);
      await bench.put('a', after);
      const bytes = await reading.catch(() => undefined);
      if (bytes !== undefined) sameBytes(bytes, before);
    },
  },
  {
    name: 'the id is the same in another run, and of another reference to the same version',
    clause: '2.2',
    check: async (bench) => {
      const ref = await bench.put('a', content(1));
      const ids = new Set<string>();
      for (const [one, run] of [
        [ref, 'run 1'],
        [ref, 'run 2'],
        [bench.respell?.(ref) ?? ref, 'run 3'],
      ] as const) {
        const item = await openItem(bench, one, run);
        ids.add(item.origin.id);
        await item.close?.();
      }
      assert.equal(ids.size, 1, `One version must have one id, but it had ${[...ids].join(' and ')}.`);
    },
  },
  {
    name: 'an origin leads back to its version, if the source says how',
    clause: '2.15',
    check: leadsBack,
  },
  {
    name: 'an overwritten object and another object have other ids',
    clause: '2.2',
    check: async (bench) => {
      const ids = new Set<string>();
      for (const [name, seed] of [
        ['a', 1],
        ['a', 2],
        ['b', 2],
      ] as const) {
        const item = await openItem(bench, await bench.put(name, content(seed)));
        ids.add(item.origin.id);
        await item.close?.();
      }
      assert.equal(ids.size, 3, `Three versions must have three ids, but there are ${[...ids].join(', ')}.`);
    },
  },
  {
    name: 'a reference is described as the place that its item is read from, whatever the version',
    clause: '2.2',
    check: async (bench) => {
      for (const seed of [1, 2]) {
        const ref = await bench.put('a', content(seed));
        const item = await openItem(bench, ref);
        await item.close?.();
        assert.equal(bench.source.describe(ref), item.origin.readFrom ?? item.origin.uri);
      }
    },
  },
  {
    name: 'what a reference tells of its identity is of its own version, and what open gives if it is exact',
    clause: '2.12',
    check: async (bench) => {
      const { identify } = bench.source;
      if (identify === undefined) return;
      const versions: { readonly said: string | undefined; readonly opened: string }[] = [];
      for (const seed of [1, 2]) {
        const ref = await bench.put('a', content(seed));
        const item = await openItem(bench, ref);
        await item.close?.();
        const identity = identify(ref);
        assert.deepEqual(identify(ref), identity, 'One reference must tell one identity.');
        if (identity?.exact) assert.equal(identity.origin.id, item.origin.id);
        versions.push({ said: identity?.origin.id, opened: item.origin.id });
      }
      const [older, newer] = [versions[0]!, versions[1]!];
      assert.notEqual(older.said, newer.opened, 'The identity of one version must not be told of another.');
      assert.notEqual(newer.said, older.opened, 'The identity of one version must not be told of another.');
    },
  },
  {
    name: 'one reference gives the same id and content twice, or an error',
    clause: '2.8',
    check: async (bench) => {
      const ref = await bench.put('a', content(1));
      const first = await idAndContent(bench, ref);
      const second = await idAndContent(bench, ref).catch(() => first);
      assert.equal(second.id, first.id);
      sameBytes(second.bytes, first.bytes);
    },
  },
  {
    name: 'a listing gives every reference, and the same ones a second time',
    clause: '2.8',
    needs: 'listing',
    check: async (bench) => {
      const list = needed(bench.list, 'list');
      const expected = new Map<string, Uint8Array>();
      for (const [index, name] of ['b', 'a', 'c'].entries()) {
        expected.set(bench.source.describe(await bench.put(name, content(index))), content(index));
      }
      const listed = await all(list());
      assert.deepEqual(listed.map(bench.source.describe).toSorted(), [...expected.keys()].toSorted());
      assert.deepEqual(await all(list()), listed);
      for (const ref of listed)
        sameBytes((await idAndContent(bench, ref)).bytes, expected.get(bench.source.describe(ref))!);
    },
  },
  {
    name: 'an object that is not there is an error with a code',
    clause: '8.1',
    check: async (bench) =>
      rejectsWithCode(openItem(bench, await bench.missing), 'Opening an object that is not there'),
  },
];

async function all<T>(values: Iterable<T> | AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function leadsBack<Ref, T extends Cuttable>(bench: SourceBench<Ref, T>): Promise<void> {
  const { refOf } = bench.source;
  if (refOf === undefined) return;
  for (const name of ['a', 'b c+d/é.gz']) {
    const item = await openItem(bench, await bench.put(name, content(1)));
    await item.close?.();
    const ref = refOf(item.origin) as Ref;
    const again = await openItem(bench, ref);
    await again.close?.();
    assert.equal(again.origin.id, item.origin.id, 'The origin leads to another version.');
  }
}
