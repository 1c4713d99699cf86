import { feed, map, withSink } from '@millrace/core';
import { expect, it } from 'vitest';
import { keep, lines, numbered, textSource } from './fixtures.ts';

it('runs the same stages into another sink', async () => {
  const real = keep<string>();
  const dry = keep<unknown>();
  const prices = feed('prices')
    .from(textSource())
    .through(lines())
    .through(map((line: string) => `#${line}`))
    .to(real.sink);
  const report = await withSink(prices, dry.sink).run([numbered(3)]);
  expect(report).toMatchObject({ feed: 'prices', totals: { written: 3 } });
  expect(dry.values()).toEqual(['#0', '#1', '#2']);
  expect(real.values()).toEqual([]);
});

it('checks the sink as the builder does', () => {
  const prices = feed('prices').from(textSource()).through(lines()).to(keep<string>().sink);
  expect(() => withSink(prices, { ...keep<unknown>().sink, concurrency: 0 })).toThrow('the least is 1');
});
