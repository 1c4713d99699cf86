import type { Feed } from '../feed.ts';
import type { Observer } from '../observer.ts';
import type { Quarantine } from '../rejection.ts';
import type { RejectionLimit, RunOptions } from '../run-options.ts';
import { maxCount } from './batch-writer.ts';
import { Gate } from './gate.ts';
import type { Ledgering } from './item-claim.ts';
import { createStop, type Stop } from './stop.ts';
import { TailMixer } from './tail-mixer.ts';

/** What the items of one run share. */
export interface RunScope<Ref> {
  readonly feed: Feed<Ref>;
  readonly run: string;
  readonly stop: Stop;
  readonly names: StageNames;
  readonly sinkGate: Gate;
  /** Joins the last records of several items, where the sink allows it. */
  readonly mixer: TailMixer | undefined;
  readonly quarantine: Quarantine | undefined;
  readonly quarantineGate: Gate;
  readonly maxRejections: Required<RejectionLimit>;
  readonly ledgering: Ledgering | undefined;
  /** Calls one member of the observer, if there is one that has it; what it throws is only counted. */
  readonly observe: <K extends keyof Observer>(member: K, event: Parameters<NonNullable<Observer[K]>>[0]) => void;
  readonly observerErrors: () => number;
}

/** Names of a feed's stages, made unique, as errors and reports use them. */
export interface StageNames {
  readonly source: string;
  readonly codecs: readonly string[];
  readonly eaches: readonly string[];
  readonly sink: string;
}

export function createRunScope<Ref>(feed: Feed<Ref>, options: RunOptions): RunScope<Ref> {
  const { observer, quarantine, ledger, maxRejections = {} } = options;
  const stop = createStop({ signal: options.signal, deadline: options.deadline, graceMs: options.graceMs ?? 5000 });
  const { sink } = feed.stages;
  const sinkGate = new Gate(sink.concurrency ?? 1, stop.over);
  let observerErrors = 0;
  return {
    feed,
    run: crypto.randomUUID(),
    stop,
    names: stageNames(feed),
    sinkGate,
    mixer: sink.mixesItems === true ? new TailMixer(sink, sinkGate, maxCount(sink)) : undefined,
    quarantine,
    quarantineGate: new Gate(quarantine?.concurrency ?? 1, stop.over),
    maxRejections: { count: maxRejections.count ?? 10_000, share: maxRejections.share ?? 0.1 },
    ledgering: ledger && {
      ledger,
      leaseMs: options.leaseMs ?? 60_000,
      checkpointRecords: options.checkpointRecords ?? 5000,
      versions: options.versions ?? 'newest',
    },
    observe: (member, event) => {
      try {
        (observer?.[member] as ((event: unknown) => void) | undefined)?.(event);
      } catch {
        observerErrors += 1;
      }
    },
    observerErrors: () => observerErrors,
  };
}

/** The second `map` of a feed is `map#2`. */
function stageNames<Ref>({ stages }: Feed<Ref>): StageNames {
  const seen = new Map<string, number>();
  const unique = ({ name }: { readonly name: string }): string => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}#${times}`;
  };
  return {
    source: unique(stages.source),
    codecs: stages.codecs.map(unique),
    eaches: stages.eaches.map(unique),
    sink: unique(stages.sink),
  };
}
