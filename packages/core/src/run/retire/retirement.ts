import type { LedgerEntry } from '../../ledger/ledger-entry.ts';
import { MillraceError } from '../../millrace-error.ts';
import type { ItemOrigin } from '../../origin.ts';
import type { RetiredCounts, RetiredRows } from '../../retire.ts';
import { createContexts } from '../object/contexts.ts';
import { claim, claimRequest, type Ledgering, ObjectClaim } from '../object/object-claim.ts';
import { ObjectState } from '../object/object-state.ts';
import type { Tally } from '../object/tally.ts';
import type { RunScope } from '../run-scope.ts';
import { bounded, boundedAfter } from '../stop/bounded.ts';
import { NOTICE_MS } from '../stop/stop.ts';
import { holdReport } from './held-object.ts';
import { type Retirable, retirable } from './retirable.ts';

/** Records whose rows one call of a sink retires, roughly; after each the ledger stores how far the version is retired. */
const SLICE = 5000;

/** Keys that one call of a sink retires, roughly: wide fan-outs take smaller slices. */
const SLICE_KEYS = 20_000;

/** Entries of one object: the version whose claim holds it, and those whose rows go. */
export interface RetirementPlan {
  readonly object: string;
  readonly current: LedgerEntry;
  readonly retired: readonly LedgerEntry[];
  /** Whether exactly those versions go, and not all before the current one. */
  readonly only: boolean;
  readonly dryRun: boolean;
}

/** What became of the rows of a version. */
export interface RetiredVersion extends RetiredCounts {
  /** `origin.id` of the version. */
  readonly version: string;
}

/** Which versions a completed one retires: all that were granted before it, and whose rows are not retired yet. */
export function versionsToRetire(current: LedgerEntry, entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const generation = current.generation ?? 0;
  return entries.filter(
    ({ origin, attempts, retired, generation: other = 0 }) =>
      origin.id !== current.origin.id && attempts > 0 && retired !== true && other < generation,
  );
}

/**
 * Deletes the rows of versions, under a claim that holds the object, so that no version can be written meanwhile. What was
 * deleted is stored in the ledger slice by slice: whoever is interrupted continues there.
 *
 * Resolves with `stale` if another version was granted since: completing, that one retires these as well.
 *
 * @throws MillraceError `ITEM_HELD`, `RETIRE_UNSUPPORTED`, `RETIRE_EXTENT_UNKNOWN`, and what the sink and the ledger reject with
 */
export async function retireVersions<Ref>(
  scope: RunScope<Ref>,
  ledgering: Ledgering,
  plan: RetirementPlan,
  tally: Tally,
): Promise<readonly RetiredVersion[] | 'stale'> {
  const { ledger } = ledgering;
  const means = retirable(scope.feed, ledger);
  if (means.keys.by === 'place') for (const entry of plan.retired) assertBounded(entry);
  const { object, current } = plan;
  const state = new ObjectState(scope.stop, object, 1);
  const context = createContexts({
    feed: scope.feed.name,
    run: scope.run,
    tally,
    markerMade: () => {},
    timeLeftMs: () => state.timeLeftMs(),
  }).of(scope.names.sink, state.writing);
  const request = {
    ...claimRequest(scope.feed.name, object, ledgering, { origin: current.origin }),
    purpose: 'replay',
  } as const;
  let held: ObjectClaim | undefined;
  try {
    if (!plan.dryRun) {
      const { answer, asked } = await bounded(claim(ledger, request), state.abandoned);
      if (answer.outcome === 'held') throw objectHeld(object, answer.leaseUntil);
      if (answer.outcome !== 'granted') return 'stale';
      const progress = { watermark: 0, rejected: 0 };
      held = new ObjectClaim(ledgering, request, asked, {
        progress: () => progress,
        resumePoint: () => 0,
        lost: (error) => state.fail(error),
      });
      state.resume(object, progress, { lease: held.lease, generation: answer.generation });
    }
    const call = async (rows: RetiredRows): Promise<RetiredCounts> => {
      await scope.sinkGate.enter();
      try {
        state.assertMayWrite();
        return await bounded((async () => means.retire(rows, context))(), state.abandoned);
      } finally {
        scope.sinkGate.leave();
      }
    };
    const store = async (version: string, retiredBelow: number, retired: boolean): Promise<void> => {
      if (plan.dryRun) return;
      state.assertMayWrite();
      await bounded(means.retired(request, version, { retiredBelow, retired }), state.abandoned);
    };
    const done: RetiredVersion[] = [];
    const work = { scope, plan, means, call, store };
    if (means.keys.by === 'place') for (const entry of plan.retired) done.push(await placed(work, entry));
    else if (plan.retired.length > 0) done.push(...(await generations(work)));
    const deleted = done.reduce((sum, one) => sum + one.deleted, 0);
    if (deleted > 0 && !plan.dryRun) context.count('retired', deleted);
    return done;
  } finally {
    // Whether the claim is given back or runs out, the rows are retired.
    const given = held?.finish(holdReport(request, scope.run)).catch(() => {});
    if (given !== undefined) await boundedAfter(given, state.abandoned, NOTICE_MS).catch(() => {});
    state.dispose();
  }
}

interface Work {
  readonly scope: Pick<RunScope<never>, 'feed'>;
  readonly plan: RetirementPlan;
  readonly means: Retirable;
  readonly call: (rows: RetiredRows) => Promise<RetiredCounts>;
  readonly store: (version: string, retiredBelow: number, retired: boolean) => Promise<void>;
}

async function placed(
  { scope, plan, means, call, store }: Work,
  { origin, dates = [], reach = 0, branches = [], groups = [1], retiredBelow = 0 }: LedgerEntry,
): Promise<RetiredVersion> {
  const group = groups.reduce(leastCommonMultiple, 1);
  const perRecord = branches.reduceRight((keys, count) => 1 + count * keys, 1);
  const step = Math.max(1, Math.floor(Math.min(SLICE, SLICE_KEYS / perRecord) / group)) * group;
  const all = origin.lastModified === undefined ? dates : [...new Set([...dates, origin.lastModified])];
  let [considered, deleted] = [0, 0];
  for (let from = retiredBelow - (retiredBelow % group); from < reach; from += step) {
    // Whole groups: one that the version ends in has the key of a whole one.
    const to = Math.min(from + step, Math.ceil(reach / group) * group);
    const { names } = means.keys;
    const rows = { by: 'place', feed: scope.feed.name, origin, dates: all, names, groups, from, to, branches } as const;
    const counts = await call({ ...rows, dryRun: plan.dryRun });
    considered += counts.considered;
    deleted += counts.deleted;
    if (to < reach) await store(origin.id, to, false);
  }
  await store(origin.id, reach, true);
  return { version: origin.id, considered, deleted };
}

/** One search finds the rows of all versions before the current one; an explicit version is searched by its generation. */
async function generations({ scope, plan, means, call, store }: Work): Promise<RetiredVersion[]> {
  const { current, retired, dryRun } = plan;
  const done: RetiredVersion[] = [];
  const search = async (origin: ItemOrigin, from: number, to: number): Promise<RetiredCounts> => {
    const { names } = means.keys;
    return call({ by: 'content', feed: scope.feed.name, source: origin.uri, names, from, to, dryRun });
  };
  const ofOlder = plan.only ? undefined : await search(current.origin, 0, current.generation ?? 0);
  for (const [index, { origin, generation = 0 }] of retired.entries()) {
    const counts =
      ofOlder === undefined ? await search(origin, generation, generation + 1) : index === 0 ? ofOlder : NONE;
    await store(origin.id, 0, true);
    done.push({ version: origin.id, ...counts });
  }
  return done;
}

const NONE: RetiredCounts = { considered: 0, deleted: 0 };

function leastCommonMultiple(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return (a / larger) * b;
}

function assertBounded({ origin, reach, object }: LedgerEntry): void {
  if (reach !== undefined) return;
  throw new MillraceError(
    'RETIRE_EXTENT_UNKNOWN',
    `The ledger does not say how many records of a version of ${object} were written, because a release without that wrote ` +
      'it. Delete its rows by their source and upload_date.',
    { details: { version: origin.id } },
  );
}

function objectHeld(object: string, leaseUntil: number): MillraceError {
  const until = new Date(leaseUntil).toISOString();
  const text = `Another run holds ${object} until ${until} at least, so the rows of its earlier versions stay. Try again then.`;
  return new MillraceError('ITEM_HELD', text, { retryable: true, details: { leaseUntil: until } });
}
