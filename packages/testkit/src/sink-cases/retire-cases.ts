import assert from 'node:assert/strict';
import { isMillraceError, type ItemOrigin } from '@millrace/core';
import { type Context, landingNames, type RetiredCounts } from '@millrace/core/plugin';
import { caseContext } from '../item-context.ts';
import { needed } from '../needed.ts';
import { ITEMS, type Place, type SinkCase, type SinkStand } from './sink-stand.ts';

const [OLD, NEW, OTHER] = ITEMS as readonly [ItemOrigin, ItemOrigin, ItemOrigin];
/** A budget for retries that a case can wait for. */
const BUDGET_MS = 5000;

/** What a sink that has `retire` deletes, and what it leaves. A sink without it passes. */
export const retireCases: readonly SinkCase[] = [
  {
    name: 'rows of a version are retired part by part, with their branches, and no others; again, it finds none',
    clause: '5.14',
    check: async (stand) => {
      if (stand.sink.retire === undefined) return;
      const { group, holds } = stand;
      const { old, others } = await landed(stand);
      await retire(stand, OLD, [0, group]);
      const later = old.filter(({ ordinal }) => ordinal >= group);
      await holds([...later, ...others]);
      assert.ok((await retire(stand, OLD, [group, 4 * group])).deleted > 0, 'The rows that are deleted are counted.');
      await holds(others);
      assert.equal((await retire(stand, OLD, [0, 4 * group])).deleted, 0, 'Rows that are gone are not counted.');
      await holds(others);
    },
  },
  {
    name: 'a dry run of a retirement deletes nothing, and counts what would be deleted',
    clause: '5.14',
    check: async (stand) => {
      if (stand.sink.retire === undefined) return;
      const { old, others } = await landed(stand);
      const dry = await retire(stand, OLD, [0, 4 * stand.group], { dryRun: true });
      await stand.holds([...old, ...others]);
      assert.deepEqual(await retire(stand, OLD, [0, 4 * stand.group]), dry);
    },
  },
  {
    name: 'rows with natural keys are retired by generation, but for those that a newer version has taken',
    clause: '5.14',
    check: async (stand) => {
      const { bench, sink, keyed, accepts } = stand;
      if (sink.retire === undefined || keyed === undefined) return;
      const rows = async (
        item: ItemOrigin,
        generation: number,
        keys: readonly string[],
      ): Promise<readonly string[]> => {
        const texts = keys.map((key) => `${key} of ${item.id}`);
        const entries = keys.map((key, ordinal) =>
          keyed({ ordinal, item }, { key, text: texts[ordinal]!, generation }),
        );
        await accepts(await Promise.all(entries));
        return texts;
      };
      const old = await rows(OLD, 1, ['left', 'taken']);
      const taken = await rows(NEW, 2, ['taken']);
      const others = await rows(OTHER, 1, ['other']);
      const stored = async (): Promise<readonly string[]> => (await bench.stored()).toSorted();
      const call = async (dryRun: boolean): Promise<number> => {
        const range = { source: OLD.uri, from: 0, to: 2 };
        const counts = await sink.retire!(
          { by: 'content', feed: 'cases', names: landingNames('sinkCases'), ...range, dryRun },
          caseContext(),
        );
        return counts.deleted;
      };
      assert.equal(await call(true), 1);
      assert.deepEqual(await stored(), [old[0]!, ...taken, ...others].toSorted(), 'A dry run deletes nothing.');
      assert.equal(await call(false), 1);
      assert.deepEqual(await stored(), [...taken, ...others].toSorted(), 'Only rows of older generations go.');
      assert.equal(await call(false), 0);
    },
  },
  {
    name: 'a retirement while the service is away rejects as what can pass, and is done when it is called again',
    clause: '5.14',
    needs: 'outages',
    check: async (stand) => {
      if (stand.sink.retire === undefined) return;
      const { others } = await landed(stand);
      const restore = await needed(stand.bench.interrupt, 'interrupt')();
      const context = caseContext(AbortSignal.timeout(BUDGET_MS));
      const thrown: unknown = await retire(stand, OLD, [0, 4 * stand.group], { context }).catch(
        (error: unknown) => error,
      );
      await restore();
      assert.ok(isMillraceError(thrown), 'A retirement that deleted nothing must reject, with a code.');
      assert.equal(thrown.retryable, true, 'An error that can pass must be `retryable`.');
      await retire(stand, OLD, [0, 4 * stand.group]);
      await stand.holds(others);
    },
  },
];

/** Stores three groups of a version and a record with branches, and one group each of another version and another object. */
async function landed<T>({ group, places, entries, accepts }: SinkStand<T>): Promise<{
  readonly old: readonly Place[];
  readonly others: readonly Place[];
}> {
  const plain = [0, 1, 2].map((first) => places(1, first));
  const branches = ['0', '1'].map((branch) => ({ ordinal: 3 * group, branch }));
  const others = [NEW, OTHER].map((item) => places(1).map((place) => ({ ...place, item })));
  for (const batch of [...plain, branches, ...others]) await accepts(await entries(batch));
  return { old: [...plain.flat(), ...branches], others: others.flat() };
}

function retire<T>(
  { sink, group }: SinkStand<T>,
  origin: ItemOrigin,
  [from, to]: readonly [number, number],
  { dryRun = false, context = caseContext() }: { readonly dryRun?: boolean; readonly context?: Context } = {},
): Promise<RetiredCounts> {
  const dates = [origin.lastModified!];
  const names = landingNames('sinkCases');
  const rows = { by: 'place', feed: 'cases', origin, dates, names, groups: [group], from, to, branches: [2] } as const;
  return sink.retire!({ ...rows, dryRun }, context);
}
