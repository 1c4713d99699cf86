import { type Decompressor, feed, map, type Parser, type Source } from '@millrace/core';
import { describe, expect, it, vi } from 'vitest';
import { asText, bytesSource, keep, lines, numbered, type TextRef, textSource } from './fixtures.ts';

const start = () => feed('test').from(textSource()).through(lines());

/** References that never end, and what the run did with them. */
function endlessRefs(taken: (index: number) => void = () => {}) {
  const log = { returned: 0, underWay: 0, mostUnderWay: 0 };
  const refs: AsyncIterable<TextRef> = {
    [Symbol.asyncIterator]: () => {
      let index = 0;
      return {
        next: async () => {
          log.underWay += 1;
          log.mostUnderWay = Math.max(log.mostUnderWay, log.underWay);
          await new Promise((resolve) => void setImmediate(resolve));
          log.underWay -= 1;
          taken(index);
          return { done: false, value: numbered(1, 1, `object-${index++}`) };
        },
        return: async () => {
          log.returned += 1;
          return { done: true, value: undefined };
        },
      };
    },
  };
  return { refs, log };
}

describe('a listing that is left early', () => {
  it('is released once', async () => {
    const controller = new AbortController();
    const { refs, log } = endlessRefs((index) => {
      if (index === 3) controller.abort();
    });
    const report = await start().to(keep<string>().sink).run(refs, { signal: controller.signal });
    expect(report.outcome).toBe('aborted');
    expect(log.returned).toBe(1);
  });

  it('is released also if nothing was taken from it', async () => {
    const { refs, log } = endlessRefs();
    const report = await start().to(keep<string>().sink).run(refs, { signal: AbortSignal.abort() });
    expect(report.outcome).toBe('aborted');
    expect(log.returned).toBe(1);
  });

  it('is not asked for two references at once, however many workers there are', async () => {
    const controller = new AbortController();
    const { refs, log } = endlessRefs((index) => {
      if (index === 20) controller.abort();
    });
    await start().to(keep<string>().sink).run(refs, { signal: controller.signal, concurrency: 5 });
    expect(log.mostUnderWay).toBe(1);
  });

  it('is not released while it hangs, nor once it has ended or failed', async () => {
    let returned = 0;
    const refs = (next: () => Promise<IteratorResult<TextRef>>): AsyncIterable<TextRef> => ({
      [Symbol.asyncIterator]: () => ({
        next,
        return: async () => {
          returned += 1;
          return { done: true, value: undefined };
        },
      }),
    });
    const made = start().to(keep<string>().sink);
    const controller = new AbortController();
    const hanging = refs(() => {
      // The run waits for the listing by the time that this fires.
      setImmediate(() => controller.abort());
      return new Promise(() => {});
    });
    expect(await made.run(hanging, { signal: controller.signal })).toMatchObject({ outcome: 'aborted' });
    expect(await made.run(refs(async () => ({ done: true, value: undefined })))).toMatchObject({ outcome: 'complete' });
    const broken = refs(() => Promise.reject(new Error('listing')));
    expect(await made.run(broken, { onFailure: 'report' })).toMatchObject({ error: { code: 'REFS_FAILED' } });
    expect(returned).toBe(0);
  });

  it('changes nothing if its release fails', async () => {
    const controller = new AbortController();
    const refs = async function* (): AsyncGenerator<TextRef> {
      try {
        for (let index = 0; ; index++) {
          if (index === 2) controller.abort();
          yield numbered(1, 1, `object-${index}`);
        }
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error('release');
      }
    };
    const report = await start().to(keep<string>().sink).run(refs(), { signal: controller.signal });
    expect(report).toMatchObject({ outcome: 'aborted' });
    expect(report).not.toHaveProperty('error');
  });
});

describe('an object that is left early', () => {
  /** A source and decoders that say when they are released. */
  function watched(log: string[]) {
    const inner = bytesSource();
    const source: Source<TextRef, Uint8Array> = {
      ...inner,
      open: async (ref, context) => {
        const item = await inner.open(ref, context);
        return {
          ...item,
          chunks: async function* (itemContext) {
            try {
              yield* item.chunks(itemContext);
            } finally {
              log.push('content');
            }
          },
          close: () => void log.push('source'),
        };
      },
    };
    const passing = (name: string): Decompressor => ({
      kind: 'decompressor',
      name,
      start: () => ({ push: (chunk) => [chunk], close: () => void log.push(name) }),
    });
    const parser: Parser<string, string> = {
      ...lines(),
      start: (context) => ({ ...lines().start(context), close: () => void log.push('lines') }),
    };
    return feed('test')
      .from(source)
      .through(passing('outer'))
      .through(passing('inner'))
      .through(asText)
      .through(parser);
  }

  const ALL = ['content', 'inner', 'lines', 'outer', 'source'];

  it('releases its content, every decoder and the source, each once, if a record fails it', async () => {
    const log: string[] = [];
    const throwing = map((line: string): string => {
      if (line === '25') throw new Error('no');
      return line;
    });
    const report = await watched(log)
      .through(throwing)
      .to(keep<string>().sink)
      .run([numbered(1000)], { onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({ error: { code: 'REJECTED_WITHOUT_QUARANTINE' } });
    // The chunk that was asked for ahead may still be on its way.
    await vi.waitFor(() => expect(log.toSorted()).toEqual(ALL));
  });

  it('releases them if the run is stopped, or the sink fails', async () => {
    for (const by of ['signal', 'sink']) {
      const log: string[] = [];
      const controller = new AbortController();
      const kept = keep<string>({
        limits: { count: 5 },
        before: async () => {
          if (by === 'sink') throw new Error('down');
          controller.abort();
        },
      });
      await watched(log)
        .to(kept.sink)
        .run([numbered(1000)], { signal: controller.signal, onFailure: 'report' });
      await vi.waitFor(() => expect(log.toSorted()).toEqual(ALL));
    }
  });
});

describe('long-lived signals', () => {
  it('keep no listener of an object that is over', async () => {
    const add = vi.spyOn(EventTarget.prototype, 'addEventListener');
    const remove = vi.spyOn(EventTarget.prototype, 'removeEventListener');
    try {
      /** Listeners that a run has added and not removed; none fires, as nothing stops it. */
      const leftBy = async (objects: number): Promise<number> => {
        const before = add.mock.calls.length - remove.mock.calls.length;
        const refs = Array.from({ length: objects }, (_, index) => numbered(5, 5, `object-${index}`));
        await start()
          .to(keep<string>({ limits: { count: 2 } }).sink)
          .run(refs);
        return add.mock.calls.length - remove.mock.calls.length - before;
      };
      expect(await leftBy(20)).toBe(await leftBy(1));
    } finally {
      add.mockRestore();
      remove.mockRestore();
    }
  });
});
