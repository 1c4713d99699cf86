import { type CharsetDecoder, feed, type Parser } from '@millrace/core';
import { block, located, part, type Produced } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { asText, bytesSource, keep, onText, type TextRef, textSource } from './fixtures.ts';

const one: TextRef = { name: 'one', chunks: ['x'] };

const emitting = (push: () => Produced<string>): Parser<string, string> => ({
  kind: 'parser',
  name: 'emitting',
  start: () => ({ push }),
});

async function valuesOf(push: () => Produced<string>): Promise<readonly string[]> {
  const kept = keep<string>();
  const report = await feed('test').from(textSource()).through(emitting(push)).to(kept.sink).run([one]);
  expect(report.totals).toMatchObject({ read: kept.entries.length, written: kept.entries.length, unsettled: 0 });
  expect(kept.entries.map(({ ordinal }) => ordinal)).toEqual(kept.entries.map((_, index) => index));
  return kept.values();
}

describe('the output of a decoder', () => {
  const mixed = ['a', 'b', block(['c', 'd']), 'e', block(['f']), 'g'] as Produced<string> & readonly unknown[];
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

  it('may mix records with blocks of them: each is delivered once, in order', async () => {
    expect(await valuesOf(() => mixed)).toEqual(all);
    expect(
      await valuesOf(async function* () {
        yield* mixed as readonly string[];
      }),
    ).toEqual(all);
    expect(await valuesOf(() => [block(['a']), block(['b'])] as unknown as Produced<string>)).toEqual(['a', 'b']);
  });

  it.each([1, 255, 256, 257, 512, 513])('may be %i records one by one', async (count) => {
    const values = Array.from({ length: count }, (_, index) => String(index));
    expect(await valuesOf(() => values[Symbol.iterator]())).toEqual(values);
  });

  it('is handed on in blocks of 256 records', async () => {
    const reads: number[] = [];
    const yielding = emitting(() => Array.from({ length: 513 }, (_, index) => String(index)).values());
    await feed('test')
      .from(textSource())
      .through(yielding)
      .to(keep<string>({ limits: { count: 1000 } }).sink)
      .run([one], { observer: { progress: ({ counts }) => void reads.push(counts.read) } });
    expect([...new Set(reads)]).toEqual([256, 512, 513]);
  });

  it('is handed on in blocks, so that a decoder that yields records does not run ahead of the sink', async () => {
    let made = 0;
    let mostAhead = 0;
    const kept = keep<string>({
      limits: { count: 1 },
      before: async (entries) => {
        mostAhead = Math.max(mostAhead, made - entries[0]!.ordinal);
      },
    });
    const yielding = emitting(function* () {
      for (; made < 5000; made++) yield String(made);
    });
    await feed('test').from(textSource()).through(yielding).to(kept.sink).run([one]);
    expect(kept.entries).toHaveLength(5000);
    expect(mostAhead).toBeLessThan(600);
  });
});

describe('text that holds bytes which are no character', () => {
  const damaged = (indexes: readonly number[]): CharsetDecoder => ({
    kind: 'charset-decoder',
    name: 'damaged',
    start: () => ({
      push: (bytes) => [
        located(Buffer.from(bytes).toString(), {
          byteOffset: (index) => index,
          damage: indexes.map((index) => ({ index, code: 'ENCODING_INVALID', message: `No character at ${index}.` })),
        }) as never,
      ],
    }),
  });
  const run = (indexes: readonly number[], takesDamage: boolean) => {
    const seen: (readonly number[] | undefined)[] = [];
    const parser: Parser<string, string> = {
      kind: 'parser',
      name: 'whole',
      ...(takesDamage && { takesDamage }),
      start: () => ({
        push: (text, place) => {
          seen.push(place?.damage?.map(({ index }) => index));
          return [text];
        },
      }),
    };
    const through = feed('test').from(bytesSource()).through(damaged(indexes)).through(parser).to(keep<string>().sink);
    return through.run([one], { onFailure: 'report' }).then(({ reports }) => ({ report: reports[0]!, seen }));
  };

  it('goes to a parser that can reject the record which holds them', async () => {
    const { report, seen } = await run([3, 5], true);
    expect([report.outcome, seen]).toEqual(['complete', [[3, 5]]]);
  });

  it('ends an object whose parser cannot, by the first of them', async () => {
    const { report, seen } = await run([3, 5], false);
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'ENCODING_INVALID', stage: 'whole' } });
    expect(report.error!.message).toBe('No character at 3. whole() cannot reject the record that holds them.');
    expect(seen).toEqual([]);
    expect((await run([], false)).report.outcome).toBe('complete');
  });
});

describe('content before the first entry of an archive', () => {
  /** Holds each chunk until the next one, as a parser holds a line without an end. */
  const holding = (): Parser<string, string> => ({
    kind: 'parser',
    name: 'holding',
    start: () => {
      let held: string[] = [];
      return {
        push: (chunk) => {
          const before = held;
          held = [chunk];
          return before;
        },
        end: () => held,
      };
    },
  });

  const unpack = onText('unpack', () => ({
    push: (chunk) => [chunk.startsWith('> ') ? part(chunk.slice(2)) : chunk],
  }));

  it('comes to its end like that of an entry', async () => {
    const kept = keep<string>();
    const ref = { name: 'packed', chunks: ['loose 1', 'loose 2', '> a', 'a 1', '> b', '> c', 'c 1'] };
    await feed('test').from(bytesSource()).through(unpack).through(asText).through(holding()).to(kept.sink).run([ref]);
    expect(kept.entries.map(({ value, item }) => [item.part, value])).toEqual([
      [undefined, 'loose 1'],
      [undefined, 'loose 2'],
      ['a', 'a 1'],
      ['c', 'c 1'],
    ]);
  });

  it('is released once, also if that fails', async () => {
    const closed: string[] = [];
    const failing: Parser<string, string> = {
      ...holding(),
      start: (context) => ({
        ...holding().start(context),
        close: () => {
          closed.push(context.item.part ?? 'none');
          if (context.item.part === 'a') throw new Error('close');
        },
      }),
    };
    const report = await feed('test')
      .from(bytesSource())
      .through(unpack)
      .through(asText)
      .through(failing)
      .to(keep<string>().sink)
      .run([{ name: 'packed', chunks: ['loose', '> a', 'a 1', '> b', 'b 1'] }], { onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'CODEC_THREW', part: 'a' } });
    expect(closed).toEqual(['none', 'a']);
  });
});
