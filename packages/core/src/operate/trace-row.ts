import { check, checkOptions } from '../check-options.ts';
import type { Feed } from '../feed.ts';
import type { LandingNames } from '../landing/landing-names.ts';
import { landingNames } from '../landing/landing-names.ts';
import { landingVersion } from '../landing/landing-uuid.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { MillraceError } from '../millrace-error.ts';
import type { ItemOrigin } from '../origin.ts';
import { isFeed } from '../reconcile.ts';
import { isLedger } from './listable.ts';
import type { RecordTrace } from './record-trace.ts';
import { traceOrdinals } from './trace-line.ts';

export interface TraceRowOptions<Ref> {
  /** The feed, as it is deployed. Nothing is written. */
  readonly feed: Feed<Ref>;
  /** The row with landing's attributes, as the destination returns it: `source`, `source_version`, `ordinal` and, if it has them, `branch`. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Finds the object's version, if `ref` is not given. */
  readonly ledger?: Ledger;
  /** The object, for a source without `refOf`, without a ledger, and for landing copies, whose rows name the original. */
  readonly ref?: Ref;
  readonly signal?: AbortSignal;
}

/** The record that a row came from. */
export interface RowTrace extends RecordTrace {
  /** Whether the feed, as it is today, makes a row with the key of the given one of the record. */
  readonly reproduced: boolean;
}

/**
 * Finds the record that a landed row came from: the exact version of its object, the entry of an archive, line, byte offset and
 * raw text, and what the feed makes of it today. It reads the object again up to the record.
 *
 * A row whose record was replaced by another one with the same natural key leads to the record that was written last. A row
 * cannot be traced if its object's version is gone, which a bucket with versions prevents.
 *
 * @throws MillraceError `TRACE_ROW_INVALID` if landing's attributes are missing, or another feed wrote the row;
 *   `TRACE_VERSION_UNKNOWN` if neither `ref` nor the ledger leads to the version; `TRACE_VERSION_GONE` if another version is in its
 *   place; `TRACE_RECORD_NOT_FOUND` if the object has no such record; `OPTION_UNKNOWN`, `OPTION_INVALID`; and what the object or
 *   the ledger fails with
 * @example
 * const { origin, line, raw } = await traceRow({ feed: prices, row, ledger });
 * console.log(`${origin.uri}#${line}`, raw);
 */
export async function traceRow<Ref>(options: TraceRowOptions<Ref>): Promise<RowTrace> {
  checkOptions<TraceRowOptions<Ref>>('traceRow', options, {
    feed: (value) => (isFeed(value) ? undefined : 'a feed, as feed(…).to(…) makes it'),
    row: check.object,
    ledger: check.optional(isLedger),
    ref: check.anything,
    signal: check.optional(check.object),
  });
  const { feed, row, signal } = options;
  const names = feed.stages.eaches.findLast(({ landing }) => landing !== undefined)?.landing?.names;
  const landed = landedPlace(row, names ?? landingNames('traceRow'), feed.name);
  const ref = options.ref ?? (await referenceOf(options, landed));
  const found = await traceOrdinals(feed, ref, new Set([landed.ordinal]), signal, ({ item }) => {
    if (landingVersion(item.id) !== landed.version) throw versionGone(landed, item);
  });
  const [record] = found;
  if (record === undefined) throw recordNotFound(landed);
  return { ...record, reproduced: record.rows.some(({ key }) => key === landed.key) };
}

/** What a row says of its record. */
interface LandedPlace {
  readonly source: string;
  readonly version: string;
  readonly ordinal: number;
  readonly key: string;
}

function landedPlace(row: Readonly<Record<string, unknown>>, names: LandingNames, feedName: string): LandedPlace {
  const text = (name: string): string => {
    const value = row[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new MillraceError(
      'TRACE_ROW_INVALID',
      `The row has no text in ${JSON.stringify(name)}: give the whole row, as landing made it.`,
    );
  };
  const ordinal = Number(row[names.ordinal] ?? Number.NaN);
  if (!Number.isSafeInteger(ordinal) || ordinal < 0) {
    const problem = `The row has no ordinal in ${JSON.stringify(names.ordinal)}: give the whole row, as landing made it.`;
    throw new MillraceError('TRACE_ROW_INVALID', problem);
  }
  if (text(names.feed) !== feedName) {
    const problem = `Another feed wrote the row, not ${feedName}. Trace it with that feed.`;
    throw new MillraceError('TRACE_ROW_INVALID', problem, { details: { feed: text(names.feed) } });
  }
  return { source: text(names.source), version: text(names.source_version), ordinal, key: text(names.uuid) };
}

async function referenceOf<Ref>({ feed, ledger }: TraceRowOptions<Ref>, landed: LandedPlace): Promise<Ref> {
  const { source } = feed.stages;
  const entries = (await ledger?.entries(feed.name, landed.source)) ?? [];
  const entry = entries.find(({ origin }) => landingVersion(origin.id) === landed.version);
  const ref = entry && (source.refOf?.(entry.origin) as Ref | undefined);
  if (ref !== undefined) return ref;
  throw new MillraceError(
    'TRACE_VERSION_UNKNOWN',
    `Nothing leads from the row to its version of ${landed.source}: ` +
      (source.refOf === undefined ? `source ${source.name} cannot make a reference` : 'the ledger has no entry of it') +
      '. Give ref, a reference to that version.',
    { details: { source: landed.source } },
  );
}

function versionGone({ source }: LandedPlace, { id }: ItemOrigin): MillraceError {
  const text = `The row came from another version of ${source} than the one that is there now. It can be read only if the bucket keeps versions.`;
  return new MillraceError('TRACE_VERSION_GONE', text, { details: { source, found: id } });
}

function recordNotFound({ source, ordinal }: LandedPlace): MillraceError {
  const text = `${source} has no record ${ordinal} as this feed reads it. Trace the row with the feed as it was when the row was written.`;
  return new MillraceError('TRACE_RECORD_NOT_FOUND', text, { ordinal, details: { source, ordinal } });
}
