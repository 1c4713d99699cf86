import type { ClaimAnswer } from '../ledger/ledger.ts';
import { MillraceError, toMillraceError } from '../millrace-error.ts';
import type { ItemOrigin } from '../origin.ts';
import type { ItemOutcome, ItemReport } from '../report.ts';
import { isRanged, readsRanges } from '../reads-ranges.ts';
import { type Contexts, createContexts } from './contexts.ts';
import { claim, claimRequest, ItemClaim } from './item-claim.ts';
import type { ReadItem } from './item-blocks.ts';
import { ItemState } from './item-state.ts';
import { pump } from './pump.ts';
import type { RunScope } from './run-scope.ts';

/** Carries one item from its reference to its report. Never rejects: what goes wrong is the report's outcome. */
export function carryItem<Ref>(scope: RunScope<Ref>, ref: Ref): Promise<ItemReport> {
  return new ItemCarrier(scope, ref).carry();
}

/** One item under way: open it, claim it, pump its records, give the claim back, report. */
class ItemCarrier<Ref> {
  readonly #scope: RunScope<Ref>;
  readonly #ref: Ref;
  readonly #refText: string;
  readonly #state: ItemState;
  readonly #contexts: Contexts;
  readonly #markers = { outstanding: 0 };
  /** Tells the mixer that nothing more comes from this item. */
  readonly #tailBrought: (() => void) | undefined;
  #origin: ItemOrigin | undefined;
  #claim: ItemClaim | undefined;
  /** Why the ledger did not grant the item. */
  #refused: 'duplicate' | 'stale' | 'held' | undefined;

  constructor(scope: RunScope<Ref>, ref: Ref) {
    this.#scope = scope;
    this.#ref = ref;
    this.#refText = scope.feed.stages.source.describe(ref);
    this.#state = new ItemState(scope.stop, this.#refText, scope.feed.stages.sink.group ?? 1);
    this.#tailBrought = scope.mixer?.expect();
    this.#contexts = createContexts({
      feed: scope.feed.name,
      run: scope.run,
      tally: this.#state.tally,
      markerMade: () => (this.#markers.outstanding += 1),
    });
  }

  async carry(): Promise<ItemReport> {
    const { feed, run, observe } = this.#scope;
    const started = Date.now();
    observe('itemStarted', { feed: feed.name, run, ref: this.#refText });
    try {
      await this.#openAndPump();
    } catch (thrown) {
      this.#state.fail(thrown);
    }
    this.#tailBrought?.();
    this.#assertAddsUp();
    let report = this.#report(started);
    try {
      await this.#claim?.finish(report);
    } catch (thrown) {
      this.#state.fail(thrown);
      report = this.#report(started);
    }
    this.#state.dispose();
    observe('itemFinished', report);
    return report;
  }

  async #openAndPump(): Promise<void> {
    const { feed, names } = this.#scope;
    this.#state.assertGoing();
    const { source, codecs } = feed.stages;
    const context = this.#contexts.of(names.source, this.#state.reading);
    const item: ReadItem = await this.#fromSource<ReadItem>(() =>
      readsRanges(codecs[0]) && isRanged(source)
        ? source.openRanges(this.#ref, context)
        : source.open(this.#ref, context),
    );
    this.#origin = item.origin;
    try {
      if (await this.#granted(item)) await this.#pump(item);
    } finally {
      await this.#fromSource(async () => item.close?.());
    }
  }

  #pump(item: ReadItem): Promise<void> {
    const { feed, run, observe } = this.#scope;
    const progressed = (): void => {
      this.#claim?.moved();
      observe('progress', { feed: feed.name, run, ref: this.#refText, counts: this.#state.tally.counts() });
    };
    return pump({
      scope: this.#scope,
      item,
      state: this.#state,
      contexts: this.#contexts,
      markers: this.#markers,
      tailBrought: this.#tailBrought,
      progressed,
    });
  }

  /** Without a ledger, every item is granted from its start. */
  async #granted(item: ReadItem): Promise<boolean> {
    const { ledgering, feed } = this.#scope;
    if (ledgering === undefined) return true;
    const request = claimRequest(feed.name, this.#refText, ledgering, item);
    const answer: ClaimAnswer = await claim(ledgering.ledger, request);
    if (answer.outcome === 'granted') {
      this.#state.goOn(item.origin.id, answer);
      const state = this.#state;
      this.#claim = new ItemClaim({
        ...ledgering,
        request,
        progress: () => state.progress(),
        watermark: () => state.settled,
        lost: (error) => state.fail(error),
      });
      return true;
    }
    this.#refused = answer.outcome === 'complete' ? 'duplicate' : answer.outcome;
    if (answer.outcome === 'held') {
      const until = new Date(answer.leaseUntil).toISOString();
      const message = `Another run holds ${request.object}, or another version of it, until ${until} at least. Try again then.`;
      this.#state.fail(new MillraceError('ITEM_HELD', message, { details: { leaseUntil: until } }));
    }
    return false;
  }

  async #fromSource<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (thrown) {
      throw toMillraceError(thrown, 'SOURCE_FAILED', { stage: this.#scope.names.source });
    }
  }

  #assertAddsUp(): void {
    const counts = this.#state.tally.counts();
    if (counts.unsettled === 0 || this.#state.error !== undefined) return;
    const message = `The counts of ${this.#refText} do not add up. This is a mistake in Millrace.`;
    this.#state.fail(new MillraceError('REPORT_MISMATCH', message, { details: { ...counts } }));
  }

  #outcome(): ItemOutcome {
    if (this.#refused !== undefined) return this.#refused;
    if (this.#state.error === undefined) return 'complete';
    return this.#state.failed ? 'failed' : 'aborted';
  }

  #report(started: number): ItemReport {
    const { tally, error } = this.#state;
    return {
      feed: this.#scope.feed.name,
      run: this.#scope.run,
      ref: this.#refText,
      outcome: this.#outcome(),
      ...(this.#origin && { origin: this.#origin }),
      watermark: this.#state.settled,
      ...tally.counts(),
      rejections: tally.rejections,
      counters: tally.counters,
      ...(tally.notes && { notes: tally.notes }),
      startedAt: new Date(started).toISOString(),
      durationMs: Date.now() - started,
      ...(error && { error }),
    };
  }
}
