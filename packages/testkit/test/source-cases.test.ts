import type { ItemContext, Source } from '@millrace/core';
import type { Context, SourceItem } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { type MemoryRef, type MemorySource, type SourceBench, sourceCases } from '../src/index.ts';
import { failingClauses } from './failing.ts';
import { memorySourceBench, SOURCE_SUPPORTS } from './memory-source-bench.ts';

type Bytes = Source<MemoryRef, Uint8Array>;
type Change = (sound: Bytes, bench: SourceBench<MemoryRef, Uint8Array>) => Partial<Bytes>;

const casesOf = (change: Change = () => ({})) =>
  sourceCases({
    supports: SOURCE_SUPPORTS,
    create: () => {
      const bench = memorySourceBench();
      const source = { ...bench.source, ...change(bench.source, bench) };
      return { ...bench, source };
    },
  });

describe('a source that keeps the contract', () => {
  for (const { clause, name, run } of casesOf()) it(`${clause} ${name}`, run);

  it('is spared what it does not support', () => {
    const spared = sourceCases({
      supports: { pinned: false, listing: false, breaks: false, holds: false },
      create: memorySourceBench,
    });
    expect(spared.length).toBeGreaterThan(8);
    expect(spared.length).toBeLessThan(casesOf().length);
  });
});

/** A source whose items are changed when they are opened. */
const items =
  (change: (item: SourceItem<Uint8Array>, context: Context) => Partial<SourceItem<Uint8Array>>): Change =>
  (sound) => ({
    open: async (ref, context) => {
      const item = await sound.open(ref, context);
      return { ...item, ...change(item, context) };
    },
  });

const chunks = (
  change: (chunks: AsyncIterable<Uint8Array>, context: ItemContext) => AsyncIterable<Uint8Array>,
): Change => items((item) => ({ chunks: (context) => change(item.chunks(context), context) }));

const withId = (id: (item: SourceItem<Uint8Array>, context: Context) => string): Change =>
  items((item, context) => ({ origin: { ...item.origin, id: id(item, context) } }));

const never = new AbortController().signal;
let opened = 0;

describe('a source that breaks the contract fails the cases of what it breaks, and no other', () => {
  it.each<[string, Change, readonly string[]]>([
    [
      'opens another version than was asked for',
      (sound) => ({ open: ({ name }, context) => sound.open({ name }, context) }),
      ['2.1'],
    ],
    ['has an id of the run', withId(({ origin }, { run }) => `${origin.id}&${run}`), ['2.2']],
    ['has an id of the object, not of its version', withId(({ origin }) => origin.uri), ['2.2']],
    ['has another id each time', withId(({ origin }) => `${origin.id}&${(opened += 1)}`), ['2.15', '2.2', '2.8']],
    ['leads from an origin to another object', () => ({ refOf: () => ({ name: 'other' }) }), ['2.15']],
    [
      'describes the version',
      (sound) => ({ describe: ({ name, version }) => `${sound.describe({ name })}@${version}` }),
      ['2.2'],
    ],
    [
      'tells an exact identity that is not the one it opens',
      (sound) => ({
        identify: (ref) => ({ origin: { id: `${sound.describe(ref)}#${ref.version}`, uri: '' }, exact: true }),
      }),
      ['2.12'],
    ],
    [
      'tells the identity of the first version of every version',
      (sound) => ({
        identify: (ref) => ({ origin: { id: `${sound.describe(ref)}?version=1`, uri: '' }, exact: false }),
      }),
      ['2.12'],
    ],
    [
      'acquires before it is asked',
      (sound) => {
        void sound.open((sound as MemorySource<Uint8Array>).put('early', []), {
          feed: '',
          run: '',
          stage: '',
          signal: never,
          count: () => {},
        });
        return {};
      },
      ['2.3', '2.7', '2.8'],
    ],
    [
      'leaves out the last chunk',
      chunks(async function* (all) {
        let last: Uint8Array | undefined;
        for await (const chunk of all) {
          if (last) yield last;
          last = chunk;
        }
      }),
      ['2.1', '2.4', '2.7', '2.8'],
    ],
    [
      'ends where it breaks off',
      chunks(async function* (all) {
        try {
          yield* all;
        } catch {
          // Nobody is told.
        }
      }),
      ['2.4'],
    ],
    [
      'uses one buffer for all chunks',
      chunks(async function* (all) {
        const buffer = new Uint8Array(64 * 1024);
        for await (const chunk of all) {
          buffer.set(chunk);
          yield buffer.subarray(0, chunk.length);
        }
      }),
      ['2.5'],
    ],
    [
      'ignores the signal',
      items((item) => ({ chunks: (context) => item.chunks({ ...context, signal: never }) })),
      ['2.6'],
    ],
    [
      'opens in spite of the signal, and late',
      (sound) => ({
        open: async (ref, context) => {
          if (context.signal.aborted) await new Promise((resolve) => void setTimeout(resolve, 60_000).unref());
          return sound.open(ref, context);
        },
      }),
      ['2.6'],
    ],
    ['releases nothing', items(() => ({ close: () => {} })), ['2.7']],
    [
      'lists other references the second time',
      (_, bench) => {
        const { list } = bench;
        let listed = 0;
        Object.assign(bench, {
          list: () => [...(list!() as readonly MemoryRef[])].slice(0, (listed += 1) > 1 ? 2 : 3),
        });
        return {};
      },
      ['2.8'],
    ],
    [
      'throws without a code',
      (sound) => ({
        open: (ref, context) =>
          sound.open(ref, context).catch((error: Error) => {
            throw new Error(error.message);
          }),
      }),
      ['2.1', '8.1'],
    ],
  ])('%s', async (_, change, clauses) => {
    expect(await failingClauses(casesOf(change))).toEqual(clauses);
  });
});

it('refuses options that it does not know, and capabilities that are not said', () => {
  const supports = SOURCE_SUPPORTS;
  const refused = (options: object) => () => sourceCases({ create: memorySourceBench, supports, ...options } as never);
  expect(refused({ seed: 1 })).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  expect(refused({ supports: { pinned: true } })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
});
