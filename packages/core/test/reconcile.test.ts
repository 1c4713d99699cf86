import { feed, memoryLedger, reconcile, references, type Source, type Unreconciled } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { keep, lines, type TextRef, textSource } from './fixtures.ts';

type Tagged = TextRef & { readonly tag: string };

const tagged: Source<Tagged, string> = {
  ...textSource(),
  versionTag: ({ tag }) => tag,
  open: async (ref, context) => {
    const item = await textSource().open(ref, context);
    return { ...item, origin: { id: `${ref.name}@${ref.tag}`, uri: `text:${ref.name}` }, versionTag: ref.tag };
  },
};
const object = (name: string, tag = '1', text = 'a\n'): Tagged => ({ name, tag, chunks: [text] });

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

describe('reconcile', () => {
  it('finds what was never carried, what is unfinished, and what has changed, in order', async () => {
    const ledger = memoryLedger();
    const made = feed('f').from(tagged).through(lines()).to(keep<string>().sink);
    await made.run([object('done'), object('changed'), object('failed', '1', 'bad\n')], {
      ledger,
      onFailure: 'report',
    });
    const list = [object('new'), object('done'), object('changed', '2'), object('failed', '1', 'good\n')];
    const left = await all(reconcile({ feed: made, list, ledger, concurrency: 2 }));
    expect(left.map(({ ref, reason }) => `${ref.name} ${reason}`)).toEqual([
      'new never',
      'changed changed',
      'failed unfinished',
    ]);
    expect(left[2]).toMatchObject({ entry: { state: 'failed', report: { outcome: 'failed' } } });

    const run = await made.run(references(reconcile({ feed: made, list, ledger })), { ledger });
    expect(run.items).toMatchObject({ complete: 3 });
    expect(await all(reconcile({ feed: made, list, ledger }))).toEqual([]);
  });

  it("yields nothing for nothing, and passes a listing's failure on", async () => {
    const made = feed('f').from(tagged).through(lines()).to(keep<string>().sink);
    expect(await all<Unreconciled<Tagged>>(reconcile({ feed: made, list: [], ledger: memoryLedger() }))).toEqual([]);
    const failing = { ...memoryLedger(), entries: () => Promise.reject(new Error('down')) };
    await expect(all(reconcile({ feed: made, list: [object('a'), object('b')], ledger: failing }))).rejects.toThrow(
      'down',
    );
  });

  it('refuses a source that cannot tell versions apart', async () => {
    const made = feed('f').from(textSource()).through(lines()).to(keep<string>().sink);
    expect(() => reconcile({ feed: made, list: [], ledger: memoryLedger() })).toThrow(
      expect.objectContaining({ code: 'RECONCILE_UNSUPPORTED', message: expect.stringContaining('versionTag') }),
    );
  });

  it('refuses wrong arguments before it asks for anything', () => {
    const made = feed('f').from(tagged).through(lines()).to(keep<string>().sink);
    const right = { feed: made, list: [], ledger: memoryLedger() };
    const loose = reconcile as unknown as (...given: readonly unknown[]) => unknown;
    for (const given of [
      [made, [], memoryLedger()],
      [undefined],
      [{ ...right, feed: 'f' }],
      [{ ...right, list: undefined }],
      [{ ...right, list: 'text' }],
      [{ ...right, ledger: {} }],
      [{ ...right, concurrency: 0 }],
    ]) {
      expect(() => loose(...given)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^OPTION_/) }));
    }
    expect(() => loose({ ...right, ledgers: 1 })).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });
});
