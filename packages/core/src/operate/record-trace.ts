import type { Feed } from '../feed.ts';
import { drop } from '../drop.ts';
import type { Each } from '../each.ts';
import { isThenable } from '../is-thenable.ts';
import { toMillraceError, type MillraceError } from '../millrace-error.ts';
import type { ItemOrigin } from '../origin.ts';
import type { RecordContext } from '../record-context.ts';
import type { RecordPlace } from '../rejected.ts';
import type { Quarantine, Rejection } from '../rejection.ts';
import { LiveEntry } from '../run/read/live-entry.ts';
import { openRun } from '../run/session.ts';
import type { Sink } from '../sink.ts';

/** A row that a record becomes today, before the sink. */
export interface TracedRow {
  /** As `RecordContext.branch`: empty unless the record is fanned out. */
  readonly branch: string;
  /** The row's key, if the feed's last transform is one of landing. */
  readonly key?: string;
  /** The whole row. */
  readonly value: unknown;
}

/** Why a record, or a branch of it, becomes no row. */
export interface TracedRejection {
  readonly branch: string;
  readonly stage: string;
  readonly code: string;
  readonly message: string;
}

/** One record of an object: where it is, what it is, and what becomes of it. */
export interface RecordTrace extends RecordPlace {
  readonly feed: string;
  /** The exact version of the object. */
  readonly origin: ItemOrigin;
  /** The entry of an archive, or the sheet of a workbook, that the record is in. */
  readonly part?: string;
  readonly ordinal: number;
  /** Rows that the feed makes of the record; none if it is rejected or dropped. */
  readonly rows: readonly TracedRow[];
  readonly rejections: readonly TracedRejection[];
}

/** What a pass over an object looks at. Records that are not kept are not transformed. */
export interface Pass {
  /** Called with each record in order, those included that the parser rejects, which may come later than the records after them. */
  readonly see: (record: SeenRecord) => 'keep' | 'pass' | 'stop';
}

/** A record as the parser has cut it. */
export interface SeenRecord {
  readonly ordinal: number;
  readonly item: ItemOrigin;
  readonly place: () => RecordPlace;
}

/**
 * Reads an object with a feed's source, decoders and parser, and has the feed's transforms make rows of the records that are
 * kept. It writes nothing, asks no ledger, and ends as soon as `see` says so.
 *
 * @throws what the object fails with before it was stopped
 */
export async function passOver<Ref>(
  feed: Feed<Ref>,
  ref: Ref,
  { see }: Pass,
  signal: AbortSignal | undefined,
): Promise<readonly RecordTrace[]> {
  const stopped = new AbortController();
  const traces = new Map<number, Mutable<RecordTrace>>();
  let failure: MillraceError | undefined;
  const look = (record: SeenRecord): Mutable<RecordTrace> | undefined => {
    try {
      const verdict = see(record);
      if (verdict === 'stop') stopped.abort();
      return verdict === 'keep' ? keep(record) : undefined;
    } catch (thrown) {
      failure ??= toMillraceError(thrown, 'RUNNER_FAILED');
      stopped.abort();
      return undefined;
    }
  };
  const keep = ({ ordinal, item, place }: SeenRecord): Mutable<RecordTrace> => {
    const { part, ...origin } = item;
    const made = { feed: feed.name, origin, ...(part !== undefined && { part }), ordinal, ...place() };
    const trace: Mutable<RecordTrace> = { ...made, rows: [], rejections: [] };
    traces.set(ordinal, trace);
    return trace;
  };
  const [first, last] = ends(look, traces, feed);
  const eaches = [first, ...feed.stages.eaches.map((each) => watched(each, traces)), last];
  const pass: Feed<Ref> = { ...feed, stages: { ...feed.stages, eaches, sink: NOWHERE } };
  const quarantine = parserRejections(look);
  const session = openRun(pass, {
    quarantine,
    maxRejections: { count: Number.MAX_SAFE_INTEGER, share: 1 },
    allRejected: 'accept',
    expect: { records: { min: 0 } },
    signal: signal === undefined ? stopped.signal : AbortSignal.any([signal, stopped.signal]),
  });
  const report = await session.process(ref);
  await session.close();
  signal?.throwIfAborted();
  if (failure !== undefined) throw failure;
  if (report.error !== undefined && !stopped.signal.aborted) throw report.error;
  return [...traces.values()].toSorted((a, b) => a.ordinal - b.ordinal);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
type Traces = Map<number, Mutable<RecordTrace>>;

/** Receives nothing, because the last transform drops every record. */
const NOWHERE: Sink<unknown> = Object.freeze({ name: 'trace', write: async () => {} });

/** The first transform lets the kept records pass, the last one takes what becomes of them. */
function ends<Ref>(
  look: (record: SeenRecord) => unknown,
  traces: Traces,
  { stages }: Feed<Ref>,
): readonly [Each<unknown, unknown>, Each<unknown, unknown>] {
  const keyName = stages.eaches.at(-1)?.landing?.names.uuid;
  const first: Each<unknown, unknown> = {
    kind: 'each',
    name: 'trace',
    apply: (value, record) => {
      const { ordinal, item } = record;
      const place = (): RecordPlace => (record instanceof LiveEntry ? record.place() : {});
      return look({ ordinal, item, place }) === undefined ? drop : value;
    },
  };
  const last: Each<unknown, unknown> = {
    kind: 'each',
    name: 'trace',
    apply: (value, { ordinal, branch }) => {
      const key = keyName === undefined ? undefined : (value as Readonly<Record<string, unknown>> | null)?.[keyName];
      traces.get(ordinal)?.rows.push({ branch, ...(typeof key === 'string' && { key }), value });
      return drop;
    },
  };
  return [first, last];
}

/** A transform that notes what it rejects, in place of a quarantine, which would learn of it later. */
function watched(each: Each<unknown, unknown>, traces: Traces): Each<unknown, unknown> {
  const rejectedBy = ({ ordinal, branch }: RecordContext, thrown: unknown): typeof drop => {
    const { code, message } = toMillraceError(thrown, 'TRANSFORM_THREW');
    traces.get(ordinal)?.rejections.push({ branch, stage: each.name, code, message });
    return drop;
  };
  return {
    ...each,
    apply: (value, record) => {
      try {
        const output = each.apply(value, record);
        return isThenable(output) ? output.then(undefined, (thrown: unknown) => rejectedBy(record, thrown)) : output;
      } catch (thrown) {
        return rejectedBy(record, thrown);
      }
    },
  };
}

/** Receives only the parser's rejections. */
function parserRejections(look: (record: SeenRecord) => Mutable<RecordTrace> | undefined): Quarantine {
  const take = ({ item, ordinal, raw, line, byteOffset, branch, stage, code, message }: Rejection): void => {
    const place = {
      ...(raw !== undefined && { raw }),
      ...(line !== undefined && { line }),
      ...(byteOffset !== undefined && { byteOffset }),
    };
    look({ ordinal, item, place: () => place })?.rejections.push({ branch, stage, code, message });
  };
  return {
    name: 'trace',
    // One by one and at once, so that the pass need not go on for them.
    limits: { count: 1 },
    concurrency: 1000,
    write: async (entries) => {
      for (const { value } of entries) if (value.scope !== 'item') take(value);
    },
  };
}
