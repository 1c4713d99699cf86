import { feed, type Ledger, memoryLedger, MillraceError, type RunOptions, type Source } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { keep, lines, textSource } from './fixtures.ts';

interface Event {
  /** Tag of the version that the event is about. */
  readonly tag: string;
}

/** An object of which only the current version can be read. */
function stand(changes: { readonly exact?: boolean; readonly details?: Readonly<Record<string, unknown>> } = {}) {
  const { exact = false } = changes;
  const object = { current: 'a' };
  const texts = textSource();
  const originOf = (tag: string) => ({ id: `x@${tag}`, uri: 'text:x' });
  const source: Source<Event, string> = {
    name: 'text',
    describe: () => 'text:x',
    identify: ({ tag }) => ({ origin: originOf(tag), exact }),
    open: async ({ tag }, context) => {
      const details = changes.details ?? { replacedBy: object.current };
      if (tag !== object.current) throw new MillraceError('VERSION_GONE', 'Another version is there.', { details });
      const item = await texts.open({ name: 'x', chunks: [`${tag}\n`] }, context);
      return { ...item, origin: originOf(tag), versionTag: tag };
    },
  };
  const kept = keep<string>();
  const through = feed('test').from(source).through(lines()).to(kept.sink);
  const ledger = memoryLedger();
  const deliver = async (tag: string, options: RunOptions = { ledger }) =>
    (await through.run([{ tag }], { onFailure: 'report', ...options })).reports[0];
  return { object, kept, ledger, deliver };
}

describe('the late event of a version that was replaced', () => {
  it('is stale once the ledger knows the one that is there', async () => {
    const { object, kept, deliver } = stand();
    object.current = 'b';
    const gone = { outcome: 'failed', error: { code: 'VERSION_GONE' } };
    expect(await deliver('a')).toMatchObject(gone);
    expect(await deliver('b')).toMatchObject({ outcome: 'complete' });
    const late = await deliver('a');
    expect(late).toMatchObject({ outcome: 'stale', origin: { id: 'x@a' }, read: 0, written: 0 });
    expect(late).not.toHaveProperty('error');
    expect(kept.values()).toEqual(['b']);
  });

  it.each<[string, Parameters<typeof stand>[0], (ledger: Ledger) => RunOptions]>([
    ['the run has no ledger', {}, () => ({})],
    ['every version counts', {}, (ledger) => ({ ledger, versions: 'all' })],
    ['the source was sure of the version', { exact: true }, (ledger) => ({ ledger })],
    ['the source does not say what is there', { details: {} }, (ledger) => ({ ledger })],
    ['what is there is another one', { details: { replacedBy: 'c' } }, (ledger) => ({ ledger })],
  ])('fails if %s', async (_, changes, options) => {
    const { object, ledger, deliver } = stand(changes);
    object.current = 'b';
    expect(await deliver('b', options(ledger))).toMatchObject({ outcome: 'complete' });
    expect(await deliver('a', options(ledger))).toMatchObject({ outcome: 'failed', error: { code: 'VERSION_GONE' } });
  });

  it('fails if the ledger does not say', async () => {
    const { object, ledger, deliver } = stand();
    object.current = 'b';
    await deliver('b');
    let asked = 0;
    const entries: Ledger['entries'] = (...given) =>
      (asked += 1) === 1 ? ledger.entries(...given) : Promise.reject(new Error('no answer'));
    expect(await deliver('a', { ledger: { ...ledger, entries } })).toMatchObject({
      outcome: 'failed',
      error: { code: 'LEDGER_FAILED', stage: 'ledger:memory' },
    });
    expect(asked).toBe(2);
  });
});
