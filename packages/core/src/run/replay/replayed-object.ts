import type { ClaimRequest } from '../../ledger/ledger.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { Rejection } from '../../rejection.ts';
import type { ReplayReport } from '../../replay-report.ts';
import { type Contexts, createContexts } from '../object/contexts.ts';
import { claim, claimRequest, ObjectClaim } from '../object/object-claim.ts';
import { ObjectState } from '../object/object-state.ts';
import { type BlockHome, LiveEntry } from '../read/live-entry.ts';
import { type RecordPath, recordPath } from '../read/record-path.ts';
import type { RunScope } from '../run-scope.ts';
import { holdReport } from '../retire/held-object.ts';
import { bounded } from '../stop/bounded.ts';
import { within } from '../stop/within.ts';
import { BatchWriter } from '../write/batch-writer.ts';
import { replayStart } from './replay-start.ts';
import { singlySink } from './singly-sink.ts';

/** Rejections again: the first of them are kept for the report. */
const KEEP = 1000;

/** What a replay has done so far. */
export interface ReplayCounts extends Mutable<Omit<ReplayReport, 'feed' | 'run' | 'unsettled' | 'error' | 'again'>> {
  readonly again: Rejection[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One rejection under way: the records that it became, and the new rejection if it fails again. */
interface Attempt {
  readonly rejection: Rejection;
  readonly entries: LiveEntry[];
  again?: Rejection;
}

/**
 * One version of an object whose rejections are replayed. It holds the object in the ledger, if that matters, and writes
 * through the run's own writer: within the sink's limits and concurrency, in the order of keys, and never beyond its lease.
 */
export class ReplayedObject<Ref> {
  readonly id: string;
  /** Why nothing of this object may be replayed; `stale` if a newer version has taken its rows. */
  refused: 'stale' | MillraceError | undefined;
  readonly #scope: RunScope<Ref>;
  readonly #state: ObjectState;
  readonly #contexts: Contexts;
  #claim: { readonly held: ObjectClaim; readonly request: ClaimRequest } | undefined;

  private constructor(scope: RunScope<Ref>, { item }: Rejection) {
    this.id = item.id;
    this.#scope = scope;
    this.#state = new ObjectState(scope.stop, item.id, 1);
    this.#contexts = createContexts({
      feed: scope.feed.name,
      run: scope.run,
      tally: this.#state.tally,
      markerMade: () => {},
      timeLeftMs: () => this.#state.timeLeftMs(),
    });
  }

  static async open<Ref>(scope: RunScope<Ref>, first: Rejection): Promise<ReplayedObject<Ref>> {
    const object = new ReplayedObject(scope, first);
    // Keys that are unique by construction cannot meet those of another version.
    if (scope.keyed || scope.ledgering?.retires === true) await object.#hold(first);
    return object;
  }

  /** Replays a group of rejections. Returns those that are done: delivered, or dropped on purpose. */
  async replay(group: readonly Rejection[], counts: ReplayCounts): Promise<readonly Rejection[]> {
    const attempts: Attempt[] = [];
    for (const rejection of group) attempts.push(await this.#transformed(rejection));
    counts.written += await this.#write(attempts);
    for (const { again, entries } of attempts) {
      if (again !== undefined) {
        counts.rejected += 1;
        if (counts.again.length < KEEP) counts.again.push(again);
      } else if (entries.length === 0) counts.dropped += 1;
      else counts.delivered += 1;
    }
    return attempts.filter(({ again }) => again === undefined).map(({ rejection }) => rejection);
  }

  /** Gives the object back. */
  async close(): Promise<void> {
    this.#state.dispose();
    if (this.#claim === undefined) return;
    const { held, request } = this.#claim;
    this.#claim = undefined;
    await held.finish(holdReport(request, this.#scope.run));
  }

  async #hold({ item, generation }: Rejection): Promise<void> {
    const { feed, ledgering } = this.#scope;
    if (ledgering === undefined) {
      if (generation === undefined) return;
      throw new MillraceError(
        'REPLAY_LEDGER_REQUIRED',
        'These records were rejected by a run with a ledger, and their keys may be those of a newer version by now. Pass ' +
          'the same ledger to replay().',
        { item: item.id },
      );
    }
    const request = {
      ...claimRequest(feed.name, item.readFrom ?? item.uri, ledgering, { origin: item }),
      purpose: 'replay',
    } as const;
    const { answer, asked } = await claim(ledgering.ledger, request);
    if (answer.outcome === 'granted') {
      const progress = { watermark: 0, rejected: 0 };
      const held = new ObjectClaim(ledgering, request, asked, {
        progress: () => progress,
        resumePoint: () => 0,
        lost: (error) => this.#state.fail(error),
      });
      this.#claim = { held, request };
      this.#state.resume(item.id, progress, { lease: held.lease, generation: answer.generation });
    } else if (answer.outcome === 'held') {
      const message = `Another run holds ${request.object}. Replay its rejections again once that run is over.`;
      this.refused = new MillraceError('ITEM_HELD', message, { item: item.id, retryable: true });
    } else this.refused = 'stale';
  }

  /** What a rejection's record becomes; one that fails again keeps the new reason. */
  async #transformed(rejection: Rejection): Promise<Attempt> {
    const { feed, names, run } = this.#scope;
    const attempt: Attempt = { rejection, entries: [] };
    const { item, ordinal, branch, generation } = rejection;
    const fail = (stage: string, thrown: unknown, value?: unknown): undefined => {
      const { code, message, details } = toMillraceError(thrown, 'TRANSFORM_THREW');
      attempt.again = { ...rejection, run, stage, code, message, details, ...(value !== undefined && { value }) };
    };
    const path: RecordPath = recordPath({
      eaches: feed.stages.eaches,
      tally: this.#state.tally,
      deliver: (entry) => void attempt.entries.push(entry),
      reject: (entry, each, thrown) => fail(names.eaches[each]!, thrown, entry.value),
    });
    const context = this.#contexts.ofItem(names.source, this.#state.reading, item);
    const home: BlockHome = { context, generation, first: ordinal, place: () => rejection };
    try {
      const { value, from } = replayStart(this.#scope, rejection);
      await path(new LiveEntry(value, ordinal, branch, home), from);
    } catch (thrown) {
      fail(names.parser, thrown);
    }
    return attempt;
  }

  /** Writes what the attempts became. @throws what failed the write: nothing of the group counts as delivered then */
  async #write(attempts: readonly Attempt[]): Promise<number> {
    const { feed, names, run, sinkGate, keyed, stop } = this.#scope;
    const state = this.#state;
    const owners = new Map(attempts.flatMap((attempt) => attempt.entries.map((entry) => [entry, attempt] as const)));
    const sink = singlySink(feed.stages.sink);
    let written = 0;
    const writer = new BatchWriter<unknown>({
      sink,
      sizing: sink,
      gate: sinkGate,
      mixer: undefined,
      keyOf: keyed ? sink.keyOf : undefined,
      context: this.#contexts.of(names.sink, state.writing),
      resumePoint: state.resumePoint,
      assertMayWrite: () => state.assertMayWrite(),
      isStopped: () => stop.reason() !== undefined,
      failed: (error) => state.fail(error),
      settled: () => {},
      accepted: (count) => (written += count),
      refused: (entry, { code, message, details }) => {
        const attempt = owners.get(entry)!;
        attempt.again = { ...attempt.rejection, run, stage: names.sink, code, message, details, value: entry.value };
        return undefined;
      },
    });
    for (const [entry, { again }] of owners)
      if (again === undefined) await bounded(Promise.resolve(writer.add(entry)), state.abandoned);
    await bounded(Promise.resolve(writer.flush()), state.abandoned);
    await within(writer.drained(), state.abandoned);
    if (state.error !== undefined) throw state.error;
    return written;
  }
}
