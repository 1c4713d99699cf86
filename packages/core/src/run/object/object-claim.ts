import { decideBeforeOpen } from '../../ledger/before-open.ts';
import { isReplaced } from '../../ledger/replaced.ts';
import type { ClaimAnswer, ClaimRequest, Ledger, LedgerProgress } from '../../ledger/ledger.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { ItemReport } from '../../report.ts';
import type { IdentifiedObject } from '../../source.ts';
import { boundedBy } from '../stop/bounded.ts';
import { startBeats } from '../stop/timer.ts';
import type { Reach } from './reach.ts';
import { LeaseClock, type Readings, readClocks } from './lease-clock.ts';

/** How a run uses its ledger. */
export interface Ledgering {
  readonly ledger: Ledger;
  readonly leaseMs: number;
  readonly clockSkewMs: number;
  readonly checkpointRecords: number;
  /** Length of the sink's groups of records. */
  readonly group: number;
  readonly versions: 'newest' | 'all';
  /** Whether a completed version retires the rows of earlier ones. */
  readonly retires: boolean;
  /** Signature of the feed's pipeline. */
  readonly signature: string;
}

export function claimRequest(
  feed: string,
  object: string,
  { leaseMs, clockSkewMs, versions, signature, checkpointRecords, group }: Ledgering,
  { origin, sequencer, versionTag }: IdentifiedObject,
  isUnopened = false,
): ClaimRequest {
  return {
    feed,
    object,
    origin,
    ...(sequencer !== undefined && { sequencer }),
    ...(versionTag !== undefined && { versionTag }),
    claimId: crypto.randomUUID(),
    leaseMs,
    clockSkewMs,
    versions,
    signature,
    ...(isUnopened && { isUnopened }),
    reach: reachWindow(checkpointRecords),
    group,
  };
}

/** Records that a checkpoint reaches ahead: enough that the next one comes in time. */
export function reachWindow(checkpointRecords: number): number {
  return Math.max(10_000, 4 * checkpointRecords);
}

/** A ledger's answer, and when it was asked. */
export interface Claimed {
  readonly answer: ClaimAnswer;
  readonly asked: Readings;
}

/**
 * Asks the ledger, for as long as the lease would last.
 *
 * @throws MillraceError `LEDGER_TIMEOUT`, `LEDGER_FAILED`, or the ledger's own code
 */
export async function claim(ledger: Ledger, request: ClaimRequest): Promise<Claimed> {
  const asked = readClocks();
  return { asked, answer: await call(ledger, request, 'claim', () => ledger.claim(request)) };
}

/**
 * Looks up whether the ledger's entries leave anything to do with an object that is not opened yet.
 *
 * @throws MillraceError `LEDGER_TIMEOUT`, `LEDGER_FAILED`, or the ledger's own code
 */
export async function lookUp(
  ledgering: Ledgering,
  request: ClaimRequest,
): Promise<ReturnType<typeof decideBeforeOpen>> {
  const { ledger } = ledgering;
  const entries = await call(ledger, request, 'look-up', () => ledger.entries(request.feed, request.object));
  return decideBeforeOpen(request, entries, request, Date.now());
}

/**
 * Looks up whether the ledger knows what took the place of an object that cannot be read any more; see {@link isReplaced}.
 *
 * @throws MillraceError `LEDGER_TIMEOUT`, `LEDGER_FAILED`, or the ledger's own code
 */
export async function lookUpReplacement(ledgering: Ledgering, request: ClaimRequest, tag: string): Promise<boolean> {
  const { ledger } = ledgering;
  const entries = await call(ledger, request, 'look-up', () => ledger.entries(request.feed, request.object));
  return isReplaced(request.origin.id, tag, entries);
}

/** A granted claim: stores progress as the resume point moves, renews the lease while it does not, and ends with the report. */
export class ObjectClaim {
  readonly lease: LeaseClock;
  readonly #ledgering: Ledgering;
  readonly #request: ClaimRequest;
  readonly #options: ObjectClaimOptions;
  readonly #stopBeats: () => void;
  #stored: number;
  #storing: Promise<void> | undefined;
  #lost: MillraceError | undefined;

  constructor(ledgering: Ledgering, request: ClaimRequest, asked: Readings, options: ObjectClaimOptions) {
    this.#ledgering = ledgering;
    this.#request = request;
    this.#options = options;
    this.lease = new LeaseClock(ledgering.leaseMs, asked);
    this.#stored = options.resumePoint();
    this.#stopBeats = startBeats(ledgering.leaseMs / 3, () => this.#checkpoint());
  }

  /** The resume point may have moved. */
  moved(): void {
    if (this.#options.resumePoint() - this.#stored >= this.#ledgering.checkpointRecords) this.#checkpoint();
  }

  /**
   * Stores the outcome and gives the claim back.
   *
   * @throws MillraceError `LEDGER_LEASE_LOST`, `LEDGER_TIMEOUT`, `LEDGER_FAILED`
   */
  async finish(report: ItemReport): Promise<void> {
    this.abandon();
    await this.#storing;
    const { ledger } = this.#ledgering;
    const { progress, reach } = this.#options;
    const last = { ...progress(), ...reach?.exact() };
    await call(ledger, this.#request, 'finish', () => ledger.finish(this.#request, last, report));
  }

  /** Renews no more. Without {@link finish}, the claim lasts until its lease is over. */
  abandon(): void {
    this.#stopBeats();
  }

  /**
   * Stores a checkpoint that begins after the call. The last resort of a run that has come to the end of its reach.
   *
   * @throws MillraceError if the ledger did not confirm it
   */
  async store(): Promise<void> {
    await this.#storing;
    this.#checkpoint();
    await this.#storing;
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** One at a time: a slow ledger is not asked more often than it answers. */
  #checkpoint(): void {
    if (this.#storing !== undefined) return;
    const { ledger } = this.#ledgering;
    const { reach, lost, progress } = this.#options;
    const ahead = reach?.ahead();
    const now = { ...progress(), ...ahead };
    const asked = readClocks();
    this.#storing = call(ledger, this.#request, 'checkpoint', () => ledger.checkpoint(this.#request, now))
      .then(
        () => {
          this.#stored = now.watermark;
          if (ahead !== undefined) reach?.confirmed(ahead.reach, ahead.branches);
          this.lease.renewed(asked);
        },
        (thrown: unknown) => lost((this.#lost = toMillraceError(thrown, 'LEDGER_FAILED'))),
      )
      .finally(() => {
        this.#storing = undefined;
      });
  }
}

export interface ObjectClaimOptions {
  /** How far the object has come. */
  readonly progress: () => LedgerProgress;
  /** The resume point of `progress` alone, which is cheap to ask for after every batch. */
  readonly resumePoint: () => number;
  /** The bounds that the run keeps within, if its ledger stores them. */
  readonly reach?: Reach | undefined;
  /** The claim could not be renewed: this run must not continue with the object. */
  readonly lost: (error: MillraceError) => void;
}

async function call<T>(ledger: Ledger, request: ClaimRequest, name: string, work: () => Promise<T>): Promise<T> {
  const stage = `ledger:${ledger.name}`;
  const late = (): MillraceError =>
    new MillraceError(
      'LEDGER_TIMEOUT',
      `The ledger did not answer a ${name} within the lease of ${request.leaseMs} ms. Whether it took effect is unknown; ` +
        'the next delivery finds out.',
      { stage, retryable: true },
    );
  try {
    return await boundedBy((async () => work())(), request.leaseMs, late);
  } catch (thrown) {
    throw toMillraceError(thrown, 'LEDGER_FAILED', { stage });
  }
}
