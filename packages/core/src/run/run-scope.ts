import { type Expectations, joinExpectations } from '../expectations.ts';
import type { Feed } from '../feed.ts';
import type { Observer } from '../observer.ts';
import type { Quarantine } from '../rejection.ts';
import type { RejectionLimit, RunOptions } from '../run-options.ts';
import { isThenable } from '../is-thenable.ts';
import { pipelineSignature } from '../signature.ts';
import type { Ledgering } from './object/object-claim.ts';
import { createStop, type Stop } from './stop/stop.ts';
import { maxCount } from './write/batch-writer.ts';
import { Gate } from './write/gate.ts';
import { TailMixer } from './write/tail-mixer.ts';

/** What the items of one run share. */
export interface RunScope<Ref> {
  readonly feed: Feed<Ref>;
  readonly run: string;
  readonly stop: Stop;
  readonly names: StageNames;
  readonly sinkGate: Gate;
  /** Joins the last records of several items, where the sink allows it. */
  readonly mixer: TailMixer | undefined;
  /** Whether records of one key must arrive in order: not if the feed's last transform makes every key unique. */
  readonly keyed: boolean;
  readonly allRejected: 'fail' | 'accept';
  readonly expect: Expectations;
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
  readonly decoders: readonly string[];
  readonly parser: string;
  readonly eaches: readonly string[];
  readonly sink: string;
}

export function createRunScope<Ref>(feed: Feed<Ref>, options: RunOptions): RunScope<Ref> {
  const { observer, quarantine, ledger, leaseMs = 60_000, maxRejections = {} } = options;
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
    keyed: feed.stages.eaches.at(-1)?.uniqueKeys !== true,
    allRejected: options.allRejected ?? 'fail',
    expect: joinExpectations(feed.expect, options.expect),
    quarantine,
    quarantineGate: new Gate(quarantine?.concurrency ?? 1, stop.over),
    maxRejections: { count: maxRejections.count ?? 10_000, share: maxRejections.share ?? 0.1 },
    ledgering: ledger && {
      ledger,
      leaseMs,
      clockSkewMs: options.clockSkewMs ?? Math.min(1000, leaseMs / 10),
      checkpointRecords: options.checkpointRecords ?? 5000,
      versions: options.versions === 'all' ? 'all' : 'newest',
      group: sink.group ?? 1,
      retires: options.versions === 'replace',
      signature: pipelineSignature(feed.stages),
    },
    observe: (member, event) => {
      const failed = (): void => {
        observerErrors += 1;
      };
      try {
        const returned = (observer?.[member] as ((event: unknown) => unknown) | undefined)?.(event);
        // An observer that is asynchronous is not waited for, and its rejection must not end the process.
        if (isThenable(returned)) returned.then(undefined, failed);
      } catch {
        failed();
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
    decoders: stages.decoders.map(unique),
    parser: unique(stages.parser),
    eaches: stages.eaches.map(unique),
    sink: unique(stages.sink),
  };
}
