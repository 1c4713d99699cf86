import { feed, map } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { expect, it } from 'vitest';
import { lines, textSource } from './fixtures.ts';

/** Lines of a key and a number. */
const keyOf = (line: string): string => line.slice(0, 1);

/** A sink whose writes end in the reverse order, as far as the runner lets several be in flight. */
function reversing() {
  const started: string[] = [];
  const inFlight = new Set<string>();
  const together: string[] = [];
  const asked: string[] = [];
  let waiting: (() => void)[] = [];
  const release = (): void => {
    const all = waiting.toReversed();
    waiting = [];
    for (const resolve of all) resolve();
  };
  return {
    started,
    together,
    asked,
    sink: {
      name: 'reversing',
      limits: { count: 1 },
      concurrency: 4,
      keyOf: (line: string) => {
        asked.push(line);
        return keyOf(line);
      },
      write: async (entries: readonly Entry<string>[]) => {
        const line = entries[0]!.value;
        if (inFlight.has(keyOf(line))) together.push(line);
        inFlight.add(keyOf(line));
        started.push(line);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          setImmediate(release);
        });
        inFlight.delete(keyOf(line));
      },
    },
  };
}

const changes = [1, 2, 3].flatMap((number) => ['a', 'b'].map((key) => `${key}${number}`));
const ref = { name: 'changes', chunks: [`${changes.join('\n')}\n`] };

it('starts the writes of a key in the order of the file, and one after the other', async () => {
  const { sink, started, together } = reversing();
  const report = await feed('test').from(textSource()).through(lines()).to(sink).run([ref]);
  expect(report.totals.written).toBe(6);
  expect(together).toEqual([]);
  for (const key of ['a', 'b']) {
    expect(started.filter((line) => keyOf(line) === key)).toEqual([`${key}1`, `${key}2`, `${key}3`]);
  }
});

it('asks for no keys if the last transform makes them unique', async () => {
  const { sink, asked, together } = reversing();
  const unique = { ...map((line: string) => line), uniqueKeys: true as const };
  await feed('test').from(textSource()).through(lines()).through(unique).to(sink).run([ref]);
  expect(asked).toEqual([]);
  // Without keys, writes are in flight side by side.
  expect(together).not.toEqual([]);
});
