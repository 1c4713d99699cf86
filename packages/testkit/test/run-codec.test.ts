import type { Codec } from '@millrace/core';
import { block, type CodecContext, type Emits, rejected } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { driveCodec, runCodec } from '../src/index.ts';

/** A codec whose push is given; it notes what it is told and when it is closed. */
function codec<E extends Emits = 'records'>(
  push: (chunk: string, context: CodecContext) => unknown,
  emits: E = 'records' as E,
): Codec<string, string, E> & { readonly contexts: CodecContext[]; readonly closed: () => number } {
  const contexts: CodecContext[] = [];
  let closed = 0;
  return {
    kind: 'codec',
    emits,
    name: 'test',
    contexts,
    closed: () => closed,
    start: (context) => {
      contexts.push(context);
      return {
        push: (chunk) => push(chunk, context) as string[],
        end: () => ['end'],
        close: async () => {
          closed += 1;
        },
      };
    },
  };
}

describe('runCodec', () => {
  it('gives outputs in order, with markers, counters and places', async () => {
    const tested = codec((chunk, { reject, count }) => {
      count('chunks');
      count('characters', chunk.length);
      return block([chunk, reject({ code: 'BAD', message: 'bad', raw: chunk, line: 7 })], (index) => ({
        line: index + 1,
      }));
    });
    const run = await runCodec(tested, ['ab', 'c']);
    expect(run.values).toEqual(['ab', 'c', 'end']);
    expect(run.outputs).toHaveLength(5);
    expect(run.outputs[0]).toBe('ab');
    expect(run.rejections).toEqual([
      { ordinal: 1, code: 'BAD', message: 'bad', raw: 'ab', line: 7 },
      { ordinal: 3, code: 'BAD', message: 'bad', raw: 'c', line: 7 },
    ]);
    expect(run.counters).toEqual({ chunks: 2, characters: 3 });
    expect([0, 1, 2, 4, 5].map((ordinal) => run.place(ordinal))).toEqual([
      { line: 1 },
      { line: 2 },
      { line: 1 },
      undefined,
      undefined,
    ]);
    expect(tested.closed()).toBe(1);
  });

  it('takes lazy, asynchronous and nested outputs, and asynchronous chunks', async () => {
    const tested = codec(async function* (chunk) {
      yield chunk;
      yield block([`${chunk}1`, `${chunk}2`]);
    });
    async function* chunks() {
      yield 'a';
      yield 'b';
    }
    expect((await runCodec(tested, chunks())).values).toEqual(['a', 'a1', 'a2', 'b', 'b1', 'b2', 'end']);
  });

  it('tells the codec its context', async () => {
    const tested = codec(() => []);
    const signal = AbortSignal.abort();
    const item = { id: 'id', uri: 'uri' };
    await runCodec(tested, []);
    await runCodec(tested, [], { feed: 'prices', item, signal });
    expect(tested.contexts[0]).toMatchObject({ feed: 'test', stage: 'test', item: { id: 'memory:test' } });
    expect(tested.contexts[0]!.signal.aborted).toBe(false);
    expect(tested.contexts[1]).toMatchObject({ feed: 'prices', item, signal });
  });

  it('rejects with what the codec throws, and closes it', async () => {
    const failure = new Error('broken');
    const tested = codec(() => {
      throw failure;
    });
    await expect(runCodec(tested, ['a'])).rejects.toBe(failure);
    expect(tested.closed()).toBe(1);
  });

  it.each<[string, Codec<string, string, Emits>]>([
    ['a marker that is never emitted', codec((_, { reject }) => [reject({ code: 'A', message: '' })].slice(1))],
    [
      'a marker that is emitted twice',
      codec((_, { reject }) => {
        const marker = reject({ code: 'A', message: '' });
        return [marker, marker];
      }),
    ],
    ['a marker of its own', codec(() => [rejected({ code: 'A', message: '' })])],
    ['a marker of a codec of chunks', codec((_, { reject }) => [reject({ code: 'A', message: '' })], 'chunks')],
    ['a block of a codec of chunks', codec(() => block(['a']), 'chunks')],
    ['nothing', codec(() => undefined)],
    ['a text', codec(() => 'text')],
  ])('finds %s', async (_, tested) => {
    await expect(runCodec(tested, ['a'])).rejects.toMatchObject({ code: 'CODEC_CONTRACT', stage: 'test' });
  });
});

it('driveCodec goes step by step', async () => {
  const driven = driveCodec(codec((chunk) => [chunk]));
  await driven.push('a');
  expect(driven.result().values).toEqual(['a']);
  await driven.push('b');
  await driven.end();
  await driven.close();
  expect(driven.result().values).toEqual(['a', 'b', 'end']);
});
