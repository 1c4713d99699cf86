import type { ClaimAnswer, ClaimRequest } from '../../ledger/ledger.ts';
import { isMillraceError, MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { ItemOrigin } from '../../origin.ts';
import { isRanged, readsRanges } from '../../reads-ranges.ts';
import type { ItemOutcome, ItemReport } from '../../report.ts';
import type { IdentifiedObject, ReferenceIdentity } from '../../source.ts';
import type { ReadItem } from '../read/item-blocks.ts';
import { retireEarlier } from '../retire/retire-earlier.ts';
import type { RunScope } from '../run-scope.ts';
import { bounded, boundedAfter, boundedBy } from '../stop/bounded.ts';
import { NOTICE_MS } from '../stop/stop.ts';
import { type Contexts, createContexts } from './contexts.ts';
import { claim, claimRequest, lookUp, lookUpReplacement, ObjectClaim, reachWindow } from './object-claim.ts';
import { closeTimedOut, ledgerContract, quarantineLoop } from './object-errors.ts';
import { describeRef, identityOf } from './source-object.ts';
import { ObjectState } from './object-state.ts';
import { pump } from './pump.ts';
import { Reach } from './reach.ts';

/** What a ledger answers if there is nothing to do. */
type Settled = Exclude<ClaimAnswer, { readonly outcome: 'granted' } | { readonly outcome: 'unclear' }>;

/** The code with which a source says that there is nothing to read, and that this is fine. */
const SKIPPED = 'SOURCE_OBJECT_SKIPPED';

/** Processes one object from its reference to its report. Never rejects: what goes wrong is the report's outcome. */
export function processObject<Ref>(scope: RunScope<Ref>, ref: Ref): Promise<ItemReport> {
  return new ObjectProcess(scope, ref).run();
}

/** One object under way: claim it, open it, pump its records, give the claim back, report. */
class ObjectProcess<Ref> {
  readonly #scope: RunScope<Ref>;
  readonly #ref: Ref;
  readonly #refText: string;
  readonly #started: number = Date.now();
  readonly #state: ObjectState;
  readonly #contexts: Contexts;
  readonly #markers = { outstanding: 0 };
  /** Tells the mixer that nothing more comes from this object. */
  readonly #tailBrought: (() => void) | undefined;
  #origin: ItemOrigin | undefined;
  #claim: ObjectClaim | undefined;
  /** Why there was nothing to do. */
  #settledAs: 'duplicate' | 'stale' | 'skipped' | 'held' | undefined;
  /** The claimed version, for retiring earlier ones. */
  #request: ClaimRequest | undefined;
  /** All writes have ended, so the claim can be given back. */
  #drained = true;

  constructor(scope: RunScope<Ref>, ref: Ref) {
    this.#scope = scope;
    this.#ref = ref;
    const described = describeRef(scope, ref);
    this.#refText = described.text;
    this.#state = new ObjectState(scope.stop, this.#refText, scope.feed.stages.sink.group ?? 1);
    if (described.error !== undefined) this.#state.fail(described.error);
    this.#tailBrought = scope.mixer?.expect();
    this.#contexts = createContexts({
      feed: scope.feed.name,
      run: scope.run,
      tally: this.#state.tally,
      markerMade: () => (this.#markers.outstanding += 1),
      required: scope.expect.columns?.required,
      timeLeftMs: () => this.#state.timeLeftMs(),
    });
  }

  async run(): Promise<ItemReport> {
    const { feed, run, observe } = this.#scope;
    observe('itemStarted', { feed: feed.name, run, ref: this.#refText });
    try {
      this.#state.assertGoing();
      if (this.#scope.quarantine?.holds?.(this.#refText) === true) throw quarantineLoop(this.#refText);
      await this.#claimOpenAndPump();
    } catch (thrown) {
      if (isMillraceError(thrown) && thrown.code === SKIPPED) this.#settledAs = 'skipped';
      else this.#state.fail(thrown);
    }
    this.#tailBrought?.();
    this.#assertAddsUp();
    let report = this.#report();
    try {
      if (this.#drained) await this.#finish(report);
      else this.#claim?.abandon();
    } catch (thrown) {
      this.#state.fail(thrown);
      report = this.#report();
    }
    this.#state.dispose();
    if (report.outcome === 'complete' || report.outcome === 'duplicate') report = await this.#retired(report);
    observe('itemFinished', report);
    return report;
  }

  /**
   * The version is complete, so the rows of earlier ones go, if that was asked for. If it fails, the version stays complete,
   * and its next delivery continues here.
   */
  async #retired(report: ItemReport): Promise<ItemReport> {
    const { ledgering } = this.#scope;
    if (ledgering?.retires !== true || this.#request === undefined) return report;
    try {
      const { tally } = this.#state;
      if (!(await retireEarlier(this.#scope, ledgering, this.#request, tally))) return report;
    } catch (thrown) {
      this.#settledAs = isMillraceError(thrown) && thrown.code === 'ITEM_HELD' ? 'held' : undefined;
      this.#state.fail(thrown);
      this.#state.dispose();
    }
    return this.#report();
  }

  /**
   * A reference that determines the version is claimed before it is opened, so a duplicate costs no request. If it only says
   * which version it probably is, the ledger's entries may already say that there is nothing to do.
   */
  async #claimOpenAndPump(): Promise<void> {
    const identity = await this.#fromSource(async () => identityOf(this.#scope, this.#ref, this.#refText));
    if (identity !== undefined && !(await this.#isLeftToDo(identity))) return;
    const wasClaimed = this.#claim !== undefined;
    const item = await this.#openOrStale(identity);
    if (item === undefined) return;
    this.#origin = item.origin;
    try {
      const isClaimed = wasClaimed && this.#isAsIdentified(identity!, item);
      if (isClaimed || (await this.#granted(item))) await this.#pump(item);
    } finally {
      await this.#fromSource(() => boundedBy((async () => item.close?.())(), this.#closeMs(), closeTimedOut));
    }
  }

  async #isLeftToDo(identity: ReferenceIdentity): Promise<boolean> {
    const { ledgering, feed } = this.#scope;
    if (ledgering === undefined) return true;
    if (identity.exact) return this.#granted(identity, true);
    const request = claimRequest(feed.name, this.#refText, ledgering, identity);
    this.#request = request;
    const answer = await bounded(lookUp(ledgering, request), this.#state.abandoned);
    if (answer === undefined) return true;
    if (answer === 'claim') return this.#granted(identity, true);
    this.#origin = identity.origin;
    this.#settle(request, answer);
    return false;
  }

  /**
   * A version that another one replaced for good can never be read. If the ledger knows the one that is there now, there is nothing
   * left to do; else the object fails, as somebody must find the other one.
   */
  async #openOrStale(identity: ReferenceIdentity | undefined): Promise<ReadItem | undefined> {
    try {
      return await this.#open();
    } catch (thrown) {
      const { ledgering, feed } = this.#scope;
      const tag = isMillraceError(thrown) ? thrown.details?.['replacedBy'] : undefined;
      const isAsked = identity !== undefined && this.#claim === undefined && ledgering?.versions === 'newest';
      if (!isAsked || typeof tag !== 'string') throw thrown;
      const request = claimRequest(feed.name, this.#refText, ledgering, identity);
      if (!(await bounded(lookUpReplacement(ledgering, request, tag), this.#state.abandoned))) throw thrown;
      this.#origin = identity.origin;
      this.#settledAs = 'stale';
      return undefined;
    }
  }

  #open(): Promise<ReadItem> {
    const { feed, names } = this.#scope;
    const { source, parser } = feed.stages;
    const context = this.#contexts.of(names.source, this.#state.reading);
    const opening = async (): Promise<ReadItem> =>
      readsRanges(parser) && isRanged(source) ? source.openRanges(this.#ref, context) : source.open(this.#ref, context);
    const release = (item: ReadItem): void => void (async () => item.close?.())().catch(() => {});
    return this.#fromSource(() => bounded(opening(), this.#state.abandoned, undefined, release));
  }

  #isAsIdentified({ origin }: IdentifiedObject, opened: ReadItem): boolean {
    if (origin.id === opened.origin.id) return true;
    const { source } = this.#scope.feed.stages;
    const message =
      `Source ${source.name} identified ${this.#refText} as another version than it opened, so the claim is for the wrong ` +
      'one. This is a mistake in the source.';
    throw new MillraceError('SOURCE_CONTRACT', message, { stage: this.#scope.names.source });
  }

  async #pump(item: ReadItem): Promise<void> {
    const { feed, run, observe } = this.#scope;
    const progressed = (): void => {
      this.#claim?.moved();
      observe('progress', { feed: feed.name, run, ref: this.#refText, counts: this.#state.tally.counts() });
    };
    this.#drained = false;
    this.#drained = await pump({
      scope: this.#scope,
      item,
      state: this.#state,
      contexts: this.#contexts,
      markers: this.#markers,
      tailBrought: this.#tailBrought,
      progressed,
    });
  }

  /** Whether the object may be processed, or opened to find out. Without a ledger, every object is granted from its start. */
  async #granted(identified: IdentifiedObject, isUnopened = false): Promise<boolean> {
    const { ledgering, feed } = this.#scope;
    this.#origin = identified.origin;
    if (ledgering === undefined) return true;
    const request = claimRequest(feed.name, this.#refText, ledgering, identified, isUnopened);
    this.#request = request;
    const { answer, asked } = await bounded(claim(ledgering.ledger, request), this.#state.abandoned);
    if (answer.outcome === 'granted') {
      const state = this.#state;
      const { extent } = answer;
      const store = (): Promise<void> => this.#claim!.store();
      state.reach = extent && new Reach(extent, reachWindow(ledgering.checkpointRecords), store);
      this.#claim = new ObjectClaim(ledgering, request, asked, {
        reach: state.reach,
        progress: () => state.progress(),
        resumePoint: () => state.resumePoint.value,
        lost: (error) => state.fail(error),
      });
      state.resume(identified.origin.id, answer, { lease: this.#claim.lease, generation: answer.generation });
      state.assertGoing();
      return true;
    }
    if (answer.outcome === 'unclear') {
      if (isUnopened) return true;
      throw ledgerContract(ledgering.ledger.name);
    }
    this.#settle(request, answer);
    return false;
  }

  /** The ledger says that there is nothing to do, now or ever. */
  #settle({ object }: ClaimRequest, answer: Settled): void {
    this.#settledAs = answer.outcome === 'complete' ? 'duplicate' : answer.outcome;
    if (answer.outcome !== 'held') return;
    const until = new Date(answer.leaseUntil).toISOString();
    const message = `Another run holds ${object}, or another version of it, until ${until} at least. Try again then.`;
    this.#state.fail(new MillraceError('ITEM_HELD', message, { retryable: true, details: { leaseUntil: until } }));
  }

  async #fromSource<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (thrown) {
      throw toMillraceError(thrown, 'SOURCE_FAILED', { stage: this.#scope.names.source });
    }
  }

  async #finish(report: ItemReport): Promise<void> {
    const finishing = this.#claim?.finish(report);
    if (finishing !== undefined) await boundedAfter(finishing, this.#state.abandoned, NOTICE_MS);
  }

  /** A close gets the grace period, and what is left of it after a stop. */
  #closeMs(): number {
    return this.#state.abandoned.aborted ? NOTICE_MS : this.#scope.stop.graceMs + NOTICE_MS;
  }

  #assertAddsUp(): void {
    const counts = this.#state.tally.counts();
    if (counts.unsettled === 0 || this.#state.error !== undefined) return;
    const message = `The counts of ${this.#refText} do not add up. This is a mistake in Millrace.`;
    this.#state.fail(new MillraceError('REPORT_MISMATCH', message, { details: { ...counts } }));
  }

  #outcome(): ItemOutcome {
    if (this.#settledAs !== undefined) return this.#settledAs;
    if (this.#state.error === undefined) return 'complete';
    return this.#state.failed ? 'failed' : 'aborted';
  }

  #report(): ItemReport {
    const { tally, error } = this.#state;
    return {
      feed: this.#scope.feed.name,
      run: this.#scope.run,
      ref: this.#refText,
      outcome: this.#outcome(),
      ...(this.#origin && { origin: this.#origin }),
      watermark: this.#state.resumePoint.value,
      ...tally.counts(),
      rejections: tally.rejections,
      counters: tally.counters,
      ...(tally.notes && { notes: tally.notes }),
      startedAt: new Date(this.#started).toISOString(),
      durationMs: Date.now() - this.#started,
      ...(error && { error }),
    };
  }
}
