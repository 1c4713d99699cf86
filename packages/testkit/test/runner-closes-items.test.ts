import { feed, type Parser } from '@millrace/core';
import { expect, it } from 'vitest';
import { memorySink, memorySource } from '../src/index.ts';

const words: Parser<string, string> = {
  kind: 'parser',
  name: 'words',
  start: () => ({ push: (word) => [word] }),
};

it.each(['complete', 'failed', 'aborted'] as const)(
  'closes each item that it opened once, however it ends: %s',
  async (outcome) => {
    const controller = new AbortController();
    const memory = memorySource<string>({ objects: { a: ['one', 'two'] } });
    let closed = 0;
    const source: typeof memory = {
      ...memory,
      open: async (ref, context) => {
        const item = await memory.open(ref, context);
        return {
          ...item,
          close: async () => {
            closed += 1;
            await item.close?.();
          },
        };
      },
    };
    const sink = memorySink<string>({
      limits: { count: 1 },
      fail: () => {
        if (outcome === 'aborted') controller.abort();
        return outcome === 'failed' ? new Error('down') : undefined;
      },
    });
    const { reports } = await feed('closing')
      .from(source)
      .through(words)
      .to(sink)
      .run(source.refs(), { onFailure: 'report', signal: controller.signal });
    expect([reports[0]?.outcome, closed, memory.unclosed()]).toEqual([outcome, 1, 0]);
  },
);
