import type { ClaimAnswer, ClaimRequest, Ledger, LedgerProgress } from '../ledger/ledger.ts';
import { type MillraceError, toMillraceError } from '../millrace-error.ts';
import type { ItemReport } from '../report.ts';
import type { OpenedItem } from '../source.ts';

/** How a run uses its ledger. */
export interface Ledgering {
  readonly ledger: Ledger;
  readonly leaseMs: number;
  readonly checkpointRecords: number;
  readonly versions: 'newest' | 'all';
}

export interface ItemClaimOptions extends Ledgering {
  readonly request: ClaimRequest;
  /** How far the item is by now. */
  readonly progress: () => LedgerProgress;
  /** The watermark of `progress` alone, which is cheap to ask for after every batch. */
  readonly watermark: () => number;
  /** The claim could not be renewed: this run must not go on with the item. */
  readonly lost: (error: MillraceError) => void;
}

export function claimRequest(
  feed: string,
  object: string,
  { leaseMs, versions }: Ledgering,
  { origin, sequencer, versionTag }: OpenedItem,
): ClaimRequest {
  return {
    feed,
    object,
    origin,
    ...(sequencer !== undefined && { sequencer }),
    ...(versionTag !== undefined && { versionTag }),
    claimId: crypto.randomUUID(),
    leaseMs,
    versions,
  };
}

/** @throws MillraceError `LEDGER_FAILED`, or the ledger's own code */
export async function claim(ledger: Ledger, request: ClaimRequest): Promise<ClaimAnswer> {
  try {
    return await ledger.claim(request);
  } catch (thrown) {
    throw toMillraceError(thrown, 'LEDGER_FAILED', { stage: stageOf(ledger) });
  }
}

/** A granted claim: stores progress as the watermark moves, renews the lease while it does not, and ends with the report. */
export class ItemClaim {
  readonly #options: ItemClaimOptions;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #stored: number;
  #storing: Promise<void> | undefined;

  constructor(options: ItemClaimOptions) {
    this.#options = options;
    this.#stored = options.watermark();
    this.#heartbeat = setInterval(() => this.#checkpoint(), options.leaseMs / 3);
  }

  /** The watermark may have moved. */
  moved(): void {
    const { watermark, checkpointRecords } = this.#options;
    if (watermark() - this.#stored >= checkpointRecords) this.#checkpoint();
  }

  /** @throws MillraceError `LEDGER_LEASE_LOST`, `LEDGER_FAILED` */
  async finish(report: ItemReport): Promise<void> {
    const { ledger, request, progress } = this.#options;
    clearInterval(this.#heartbeat);
    await this.#storing;
    try {
      await ledger.finish(request, progress(), report);
    } catch (thrown) {
      throw toMillraceError(thrown, 'LEDGER_FAILED', { stage: stageOf(ledger) });
    }
  }

  /** One at a time: a ledger that is slow is not asked more often than it answers. */
  #checkpoint(): void {
    if (this.#storing !== undefined) return;
    const { ledger, request, progress, lost } = this.#options;
    const now = progress();
    this.#storing = ledger
      .checkpoint(request, now)
      .then(
        () => {
          this.#stored = now.watermark;
        },
        (thrown: unknown) => lost(toMillraceError(thrown, 'LEDGER_FAILED', { stage: stageOf(ledger) })),
      )
      .finally(() => {
        this.#storing = undefined;
      });
  }
}

function stageOf(ledger: Ledger): string {
  return `ledger:${ledger.name}`;
}
