import type { CharsetDecoder, Decompressor, Parser } from '@millrace/core';
import { block, located, type ParserContext, part, rejected } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { driveParser, runDecoder, runParser } from '../src/index.ts';

/** A parser whose push is given; it notes its contexts and when it is closed. */
function parser(
  push: (chunk: string, context: ParserContext) => unknown,
): Parser<string, string> & { readonly contexts: ParserContext[]; readonly closed: () => number } {
  const contexts: ParserContext[] = [];
  let closed = 0;
  return {
    kind: 'parser',
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

describe('runParser', () => {
  it('gives outputs in order, with markers, counters and places', async () => {
    const tested = parser((chunk, { reject, count }) => {
      count('chunks');
      count('characters', chunk.length);
      return block([chunk, reject({ code: 'BAD', message: 'bad', raw: chunk, line: 7 })], (index) => ({
        line: index + 1,
      }));
    });
    const run = await runParser(tested, ['ab', 'c']);
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
    const tested = parser(async function* (chunk) {
      yield chunk;
      yield block([`${chunk}1`, `${chunk}2`]);
    });
    async function* chunks() {
      yield 'a';
      yield 'b';
    }
    expect((await runParser(tested, chunks())).values).toEqual(['a', 'a1', 'a2', 'b', 'b1', 'b2', 'end']);
  });

  it('gives the parser its context', async () => {
    const tested = parser(() => []);
    const signal = AbortSignal.abort();
    const item = { id: 'id', uri: 'uri' };
    await runParser(tested, []);
    await runParser(tested, [], { feed: 'prices', item, signal });
    expect(tested.contexts[0]).toMatchObject({ feed: 'test', stage: 'test', item: { id: 'memory:test' } });
    expect(tested.contexts[0]!.signal.aborted).toBe(false);
    expect(tested.contexts[1]).toMatchObject({ feed: 'prices', item, signal });
  });

  it('rejects with what the parser throws, and closes it', async () => {
    const failure = new Error('broken');
    const tested = parser(() => {
      throw failure;
    });
    await expect(runParser(tested, ['a'])).rejects.toBe(failure);
    expect(tested.closed()).toBe(1);
  });

  it.each<[string, Parser<string, string>]>([
    ['a marker that is never emitted', parser((_, { reject }) => [reject({ code: 'A', message: '' })].slice(1))],
    [
      'a marker that is emitted twice',
      parser((_, { reject }) => {
        const marker = reject({ code: 'A', message: '' });
        return [marker, marker];
      }),
    ],
    ['a marker of its own', parser(() => [rejected({ code: 'A', message: '' })])],
    ['nothing', parser(() => undefined)],
    ['a text', parser(() => 'text')],
  ])('finds %s', async (_, tested) => {
    await expect(runParser(tested, ['a'])).rejects.toMatchObject({ code: 'CODEC_CONTRACT', stage: 'test' });
  });
});

it('driveParser goes step by step', async () => {
  const driven = driveParser(parser((chunk) => [chunk]));
  await driven.push('a');
  expect(driven.result().values).toEqual(['a']);
  await driven.push('b');
  await driven.end();
  await driven.close();
  expect(driven.result().values).toEqual(['a', 'b', 'end']);
});

describe('runDecoder', () => {
  const decompressor = (push: () => unknown): Decompressor => ({
    kind: 'decompressor',
    name: 'test',
    start: () => ({ push: push as () => readonly Uint8Array[] }),
  });

  it('gives chunks and parts in order', async () => {
    const copying: Decompressor = { ...decompressor(() => []), start: () => ({ push: (bytes) => [part('a'), bytes] }) };
    const { values, parts } = await runDecoder(copying, [Uint8Array.of(1)]);
    expect(values).toEqual([Uint8Array.of(1)]);
    expect(parts).toEqual([{ name: 'a', at: 0 }]);
  });

  it.each<[string, Decompressor | CharsetDecoder]>([
    ['a block of a decompressor', decompressor(() => block(['a']))],
    ['a place of a decompressor', decompressor(() => [located('a', { byteOffset: () => 0 })])],
    ['a part after content', decompressor(() => [Uint8Array.of(1), part('a')])],
    [
      'a part of a charset decoder',
      { kind: 'charset-decoder', name: 'test', start: () => ({ push: () => [part('a') as never] }) },
    ],
    ['a marker of a decompressor', decompressor(() => [rejected({ code: 'A', message: '' })])],
  ])('finds %s', async (_, tested) => {
    await expect(runDecoder(tested as Decompressor, [Uint8Array.of(1)])).rejects.toMatchObject({
      code: 'CODEC_CONTRACT',
    });
  });
});
