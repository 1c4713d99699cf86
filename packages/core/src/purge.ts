import { check, checkOptions } from './check-options.ts';
import type { Feed } from './feed.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { LedgerEntry } from './ledger/ledger-entry.ts';
import { MillraceError } from './millrace-error.ts';
import type { Quarantine, Rejection } from './rejection.ts';
import { Tally } from './run/object/tally.ts';
import { bounded, boundedIteration } from './run/stop/bounded.ts';
import { type RetiredVersion, retireVersions, type RetirementPlan, versionsToRetire } from './run/retire/retirement.ts';
import { createRunScope } from './run/run-scope.ts';

export interface PurgeOptions<Ref> {
  /** The feed that wrote the rows, as it is deployed. Its sink deletes them; `purge` does not close it. */
  readonly feed: Feed<Ref>;
  /** The ledger of the feed's runs. */
  readonly ledger: Ledger;
  /** The object: a reference of the feed's source, or its description as the ledger and reports have it. */
  readonly object: Ref | { readonly described: string };
  /**
   * `origin.id` of the version whose rows go, the current one included. Its entry stays, so a delivery of it remains a
   * duplicate. @default all versions before the latest, which must be complete
   */
  readonly version?: string;
  /** Only count what would be deleted. Nothing is claimed or changed. @default false */
  readonly dryRun?: boolean;
  /** Settles the rejections of these versions as well, so that no replay brings their records back. */
  readonly quarantine?: Quarantine;
  /** Stops the purge, which then waits for no plugin that ignores it; the next one continues where it was. */
  readonly signal?: AbortSignal;
  /** How long the claim on the object lasts without a renewal, in milliseconds. @default 60000 */
  readonly leaseMs?: number;
}

/** What became of one version in a {@link purge}. */
export interface PurgedVersion extends RetiredVersion {
  /** Rejections that were settled; in a dry run, that would have been. */
  readonly rejections: number;
}

/** What {@link purge} did. */
export interface PurgeReport {
  readonly feed: string;
  readonly object: string;
  readonly dryRun: boolean;
  readonly versions: readonly PurgedVersion[];
  /** Sums over all versions. */
  readonly considered: number;
  readonly deleted: number;
  readonly rejections: number;
}

/**
 * Deletes the rows of earlier versions of an object, or of one version, as `versions: 'replace'` does when a version
 * completes. It scans nothing if the feed's keys derive from places: their keys are computed from what the ledger knows. It
 * holds the object in the ledger meanwhile, stores how far it has come, and continues there when it is called again.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`, `RETIRE_UNSUPPORTED`
 * @throws MillraceError `PURGE_NOT_COMPLETE` if no version is given and the latest is not complete: nothing replaces the rows
 * @throws MillraceError `PURGE_VERSION_UNKNOWN` if the ledger has no entry of the version
 * @throws MillraceError `RETIRE_EXTENT_UNKNOWN`, `ITEM_HELD` (retryable), and what the sink and the ledger reject with
 * @example
 * const report = await purge({ feed: prices, ledger, object: { bucket: 'drop', key: 'prices.gz' }, dryRun: true });
 */
export async function purge<Ref>(options: PurgeOptions<Ref>): Promise<PurgeReport> {
  checkOptions<PurgeOptions<Ref>>('purge', options, {
    feed: check.object,
    ledger: check.object,
    object: (value) => (value === undefined ? 'a reference, or { described }' : undefined),
    version: check.optional(check.text),
    dryRun: check.optional(check.flag),
    quarantine: check.optional(check.object),
    signal: check.optional(check.object),
    leaseMs: check.optional(check.integer(100)),
  });
  const { feed, ledger, dryRun = false, quarantine } = options;
  const object = describedObject(options);
  const { signal = new AbortController().signal } = options;
  const asked = (async () => ledger.entries(feed.name, object))();
  const entries = await bounded(asked, signal);
  const chosen = chooseVersions(object, entries, options.version);
  const done = chosen === undefined ? [] : await retire(options, object, chosen);
  const versions: PurgedVersion[] = [];
  for (const { origin, retired } of entries) {
    const rows = done.find(({ version }) => version === origin.id);
    const isPurged = rows !== undefined || (retired === true && (options.version ?? origin.id) === origin.id);
    if (!isPurged) continue;
    const rejections = await settle(quarantine, { feed: feed.name, uri: origin.uri }, origin.id, dryRun, signal);
    if (rows !== undefined || rejections > 0) {
      versions.push({ version: origin.id, considered: 0, deleted: 0, ...rows, rejections });
    }
  }
  const sum = (of: (version: PurgedVersion) => number): number => versions.reduce((all, one) => all + of(one), 0);
  return {
    feed: feed.name,
    object,
    dryRun,
    versions,
    considered: sum(({ considered }) => considered),
    deleted: sum(({ deleted }) => deleted),
    rejections: sum(({ rejections }) => rejections),
  };
}

async function retire<Ref>(
  { feed, ledger, signal, leaseMs, dryRun = false }: PurgeOptions<Ref>,
  object: string,
  chosen: Omit<RetirementPlan, 'object' | 'dryRun'>,
): Promise<readonly RetiredVersion[]> {
  const scope = createRunScope(feed, {
    ledger,
    versions: 'replace',
    ...(signal && { signal }),
    ...(leaseMs !== undefined && { leaseMs }),
  });
  try {
    const done = await retireVersions(scope, scope.ledgering!, { object, ...chosen, dryRun }, new Tally());
    if (done === 'stale') throw overtaken(object);
    return done;
  } finally {
    scope.stop.dispose();
  }
}

function describedObject<Ref>({ feed, object }: PurgeOptions<Ref>): string {
  const described = (object as { readonly described?: unknown } | null)?.described;
  return typeof described === 'string' ? described : feed.stages.source.describe(object as Ref);
}

/** The version that holds the object, and those to purge; `undefined` if there is nothing to do. */
function chooseVersions(
  object: string,
  entries: readonly LedgerEntry[],
  version: string | undefined,
): Omit<RetirementPlan, 'object' | 'dryRun'> | undefined {
  const granted = entries.filter(({ attempts }) => attempts > 0);
  const current = granted.toSorted((a, b) => (b.generation ?? 0) - (a.generation ?? 0))[0];
  if (version !== undefined) {
    const entry = granted.find(({ origin }) => origin.id === version);
    if (entry === undefined || current === undefined) {
      const text = `The ledger has no version of ${object} with this id that was ever granted. Look its ids up with ledger.entries().`;
      throw new MillraceError('PURGE_VERSION_UNKNOWN', text, { details: { object } });
    }
    return entry.retired === true ? undefined : { current, retired: [entry], only: true };
  }
  if (current === undefined) return undefined;
  const retired = versionsToRetire(current, granted);
  if (retired.length === 0) return undefined;
  if (current.state === 'complete') return { current, retired, only: false };
  throw new MillraceError(
    'PURGE_NOT_COMPLETE',
    `The latest version of ${object} is ${current.state}, so its rows do not replace those of earlier versions yet. Complete it ` +
      'first, or name the version to purge.',
    { details: { object, state: current.state } },
  );
}

/** Settles what a quarantine keeps of a version. */
async function settle(
  quarantine: Quarantine | undefined,
  query: { readonly feed: string; readonly uri: string },
  version: string,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<number> {
  if (quarantine?.rejections === undefined || quarantine.settle === undefined) return 0;
  const settleAll = (some: readonly Rejection[]): Promise<void> =>
    bounded((async () => quarantine.settle!(some))(), signal);
  let settled = 0;
  let batch: Rejection[] = [];
  for await (const rejection of boundedIteration(quarantine.rejections(query), signal)) {
    if (rejection.item.id !== version) continue;
    settled += 1;
    if (dryRun) continue;
    if (batch.push(rejection) < 500) continue;
    await settleAll(batch);
    batch = [];
  }
  if (batch.length > 0) await settleAll(batch);
  return settled;
}

function overtaken(object: string): MillraceError {
  return new MillraceError(
    'PURGE_OVERTAKEN',
    `Another version of ${object} was granted meanwhile. Purge again once that one is complete.`,
    { retryable: true, details: { object } },
  );
}
