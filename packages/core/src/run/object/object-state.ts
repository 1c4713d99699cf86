import type { LedgerProgress } from '../../ledger/ledger.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import { NOTICE_MS, type Stop } from '../stop/stop.ts';
import { startTimer } from '../stop/timer.ts';
import { watchController } from '../stop/watched-signal.ts';
import type { LeaseClock } from './lease-clock.ts';
import type { Reach } from './reach.ts';
import { type Phase, phaseOf } from './phase.ts';
import { ResumePoint } from './resume-point.ts';
import { Tally } from './tally.ts';

/** One object's counts, its resume point, and what it may still do. */
export class ObjectState {
  readonly tally: Tally = new Tally();
  resumePoint: ResumePoint;
  /** Rejections of earlier runs of this object. */
  rejectedBefore = 0;
  generation: number | undefined;
  /** Bounds of what may be handed to the sink, if a ledger stores them. */
  reach: Reach | undefined;
  readonly #stop: Stop;
  readonly #group: number;
  /** The object's id, once it is known, else its reference as text. */
  #item: string;
  readonly #reading: AbortController = new AbortController();
  readonly #writing: AbortController = new AbortController();
  readonly #abandoned: AbortController = new AbortController();
  #error: MillraceError | undefined;
  #lease: LeaseClock | undefined;
  readonly #timers: (() => void)[] = [];
  #stopWatching = (): void => {};

  /** @param group length of the sink's groups of ordinals */
  constructor(stop: Stop, refText: string, group: number) {
    this.#stop = stop;
    this.#item = refText;
    this.#group = group;
    this.resumePoint = new ResumePoint(0, group);
    follow(stop.reading, this.#stopReading);
    follow(stop.writing, this.#stopWriting);
    follow(stop.over, this.#abandon);
  }

  get error(): MillraceError | undefined {
    return this.#error;
  }

  /** Stops this object's source and decoders: at the run's stop, and at the object's own failure. */
  get reading(): AbortSignal {
    return this.#reading.signal;
  }

  /** Stops this object's writes: once the grace period after a stop or a failure is over, and with the lease. */
  get writing(): AbortSignal {
    return this.#writing.signal;
  }

  /** Fires a second after `writing`: the run stops waiting for plugins that ignored it. */
  get abandoned(): AbortSignal {
    return this.#abandoned.signal;
  }

  /** It went wrong by itself, and was not just stopped. */
  get failed(): boolean {
    return this.#error !== undefined && !this.aborted;
  }

  get aborted(): boolean {
    return this.#error !== undefined && this.#error === this.#stop.reason();
  }

  /** The claim was granted: the object resumes where earlier runs stopped. */
  resume(
    item: string,
    { watermark, rejected }: LedgerProgress,
    { lease, generation }: { readonly lease: LeaseClock; readonly generation: number | undefined },
  ): void {
    this.#item = item;
    this.resumePoint = new ResumePoint(watermark, this.#group);
    this.rejectedBefore = this.resumePoint.start === 0 ? 0 : rejected;
    this.generation = generation;
    this.#lease = lease;
    watchController(this.#writing, () => this.#whyNotWrite(lease));
    this.#watchLease();
  }

  /** A later run reads the records from the resume point on again, and their rejections with them. */
  progress(): LedgerProgress {
    const watermark = this.resumePoint.value;
    if (watermark === 0) return { watermark, rejected: 0 };
    return { watermark, rejected: this.rejectedBefore + this.tally.rejectionsBelow(watermark) };
  }

  /** Reading broke by itself, unless it was told to stop. */
  distrust(): void {
    if (!this.#reading.signal.aborted) this.resumePoint.distrust();
  }

  /** Keeps the first failure, and stops reading. What happens after the run was stopped is part of its stopping. */
  fail(thrown: unknown): void {
    if (this.#error !== undefined) return;
    const stopped = this.#stop.reason();
    this.#error = stopped ?? toMillraceError(thrown, 'RUNNER_FAILED', { item: this.#item });
    this.#reading.abort(this.#error);
    if (stopped !== undefined) return;
    const { graceMs } = this.#stop;
    this.#timers.push(startTimer(graceMs, this.#stopWriting), startTimer(graceMs + NOTICE_MS, this.#abandon));
  }

  get phase(): Phase {
    const failed = this.failed;
    const lease = this.#lease === undefined ? 'none' : this.#lease.leftMs() > 0 ? 'held' : 'over';
    return phaseOf({ failed, stopped: this.#stop.stopped(), graceOver: this.#writing.signal.aborted, lease });
  }

  /** @throws what stopped this object, if something has */
  assertGoing(): void {
    if (this.phase.mayRead) return;
    throw this.#error ?? this.#stop.reason() ?? this.#leaseOver();
  }

  /** @throws what stopped this object, if it must not start another write */
  assertMayWrite(): void {
    if (this.phase.mayWrite) return;
    throw this.#error ?? this.#stop.reason() ?? this.#leaseOver();
  }

  /** Milliseconds for which a write may still send requests. */
  timeLeftMs(): number {
    if (this.#writing.signal.aborted) return 0;
    return this.#lease === undefined ? Number.POSITIVE_INFINITY : this.#lease.leftMs();
  }

  dispose(): void {
    this.#stop.reading.removeEventListener('abort', this.#stopReading);
    this.#stop.writing.removeEventListener('abort', this.#stopWriting);
    this.#stop.over.removeEventListener('abort', this.#abandon);
    this.#stopWatching();
    for (const end of this.#timers.splice(0)) end();
  }

  /** Ends the object with its lease, however quiet its sink is. A renewal in the meantime moves the end. */
  #watchLease(): void {
    const lease = this.#lease!;
    const look = (): void => {
      const left = lease.leftMs();
      if (left > 0) {
        this.#stopWatching = startTimer(left, look);
        return;
      }
      this.fail(this.#leaseOver());
      this.#stopWriting();
    };
    look();
  }

  /** What the clock says before any timer had its turn. */
  #whyNotWrite(lease: LeaseClock): MillraceError | undefined {
    if (lease.leftMs() > 0) return undefined;
    this.fail(this.#leaseOver());
    return this.#error;
  }

  #leaseOver(): MillraceError {
    const message =
      'The lease on this object ran out before the ledger confirmed its renewal, so another run may have it. Nothing more ' +
      'is written. If that is common, raise leaseMs, or find out what blocks the process or the ledger.';
    return new MillraceError('LEDGER_LEASE_LOST', message, { item: this.#item, retryable: true });
  }

  readonly #stopReading = (): void => this.#reading.abort(this.#stop.reading.reason);
  readonly #stopWriting = (): void => this.#writing.abort(this.#error ?? this.#stop.reason());
  readonly #abandon = (): void => this.#abandoned.abort(this.#error ?? this.#stop.reason());
}

function follow(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
}
