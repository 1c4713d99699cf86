import { type Decompressor, feed, map } from '@millrace/core';
import { part } from '@millrace/core/plugin';
import { expect, it } from 'vitest';
import { asText, bytesSource, keep, keepRejections, lines, onText } from './fixtures.ts';

/** `> name` begins a part; all else passes. */
const unpack = onText('unpack', () => ({
  push: (chunk) => [chunk.startsWith('> ') ? part(chunk.slice(2)) : chunk],
}));

/** Passes chunks, and writes down what the runner does with it. */
function watched(log: string[], endsWith: readonly string[] = []): Decompressor {
  return onText('watched', ({ item }) => {
    const self = item.part ?? 'no part';
    log.push(`start ${self}`);
    return {
      push: (chunk) => [chunk],
      end: () => {
        log.push(`end ${self}`);
        if (self === 'cut') throw new Error('cut short');
        return endsWith;
      },
      close: () => void log.push(`close ${self}`),
    };
  });
}

const packed = (...chunks: readonly string[]): { readonly name: string; readonly chunks: readonly string[] } => ({
  name: 'packed',
  chunks,
});

const unpacked = feed('x').from(bytesSource()).through(unpack);

it('reads each part on its own, with ordinals that go on and the name on each record', async () => {
  const log: string[] = [];
  const kept = keep<string>();
  const rejections = keepRejections();
  const run = unpacked
    .through(watched(log, ['last\n']))
    .through(asText)
    .through(lines())
    .through(map((line) => line))
    .to(kept.sink);
  const ref = packed('> a', 'a1\n', 'a2\nbad\n', '> empty', '> b', 'b1\n');
  const { reports } = await run.run([ref], { quarantine: rejections.sink, maxRejections: { count: 9, share: 1 } });
  expect(kept.entries.map(({ ordinal, item, value }) => [ordinal, item.part, value])).toEqual([
    [0, 'a', 'a1'],
    [1, 'a', 'a2'],
    [3, 'a', 'last'],
    [4, 'empty', 'last'],
    [5, 'b', 'b1'],
    [6, 'b', 'last'],
  ]);
  expect(new Set(kept.entries.map(({ item }) => item.id))).toEqual(new Set(['text:packed']));
  expect(rejections.values()).toMatchObject([{ ordinal: 2, item: { id: 'text:packed', part: 'a' } }]);
  expect(reports).toMatchObject([{ outcome: 'complete', read: 7, written: 6, rejected: 1, watermark: 7 }]);
  expect(reports[0]?.origin).not.toHaveProperty('part');
  expect(log).toEqual([
    'start no part',
    'close no part',
    ...['a', 'empty', 'b'].flatMap((name) => [`start ${name}`, `end ${name}`, `close ${name}`]),
  ]);
});

it('tells which part fails, and closes each stage once', async () => {
  const log: string[] = [];
  const run = unpacked.through(watched(log)).through(asText).through(lines()).to(keep<string>().sink);
  const { reports } = await run.run([packed('> a', 'a1\n', '> cut', 'c', '> b')], { onFailure: 'report' });
  expect(reports[0]?.error).toMatchObject({ code: 'CODEC_THREW', stage: 'watched', item: 'text:packed', part: 'cut' });
  // The name of a part may be content: what goes to logs and ledgers has its number.
  const logged = JSON.stringify(reports[0]?.error);
  expect(JSON.parse(logged)).toMatchObject({ partNumber: 2 });
  expect(logged).not.toContain('cut');
  expect(log.filter((line) => line.startsWith('close'))).toEqual(['close no part', 'close a', 'close cut']);
});

it('ends an item in which no part begins as any other', async () => {
  const log: string[] = [];
  const run = unpacked.through(watched(log)).through(asText).through(lines()).to(keep<string>().sink);
  await run.run([packed()], { expect: { records: { min: 0 } } });
  expect(log).toEqual(['start no part', 'end no part', 'close no part']);
});

it('refuses a part inside another', async () => {
  const run = unpacked
    .through({ ...unpack, name: 'again' })
    .through(asText)
    .through(lines())
    .to(keep<string>().sink);
  const inner = onText('inner', () => ({ push: () => [part('b')] }));
  const nested = unpacked.through(inner).through(asText).through(lines()).to(keep<string>().sink);
  expect(await run.run([packed('> a', 'a1\n')])).toMatchObject({ outcome: 'complete' });
  const { reports } = await nested.run([packed('> a', 'a1\n')], { onFailure: 'report' });
  expect(reports[0]?.error).toMatchObject({ code: 'CODEC_CONTRACT', stage: 'inner', part: 'a' });
});

it('ends a part without content, also if it is the first', async () => {
  const log: string[] = [];
  const run = unpacked.through(watched(log)).through(asText).through(lines()).to(keep<string>().sink);
  await run.run([packed('> empty', '> b', 'b1\n')]);
  expect(log.filter((line) => line.startsWith('end'))).toEqual(['end empty', 'end b']);
});
