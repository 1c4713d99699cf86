import type { Counts, ItemReport } from '@millrace/core';

/** An object that is being processed. */
export interface ObjectProgress {
  readonly ref: string;
  readonly startedAt: number;
  /** Length in bytes, if it was announced. */
  readonly size: number | undefined;
  counts: Counts | undefined;
}

/** What a run has done so far. Times are in milliseconds of one clock. */
export interface ProgressState {
  /** Objects that are being processed, in the order in which they were started. */
  readonly current: Iterable<ObjectProgress>;
  readonly startedAt: number | undefined;
  /** Objects that have an outcome. */
  readonly finished: number;
  readonly failed: number;
  readonly written: number;
  readonly rejected: number;
  /** Objects in total, and their bytes, if they were announced. */
  readonly objects: number | undefined;
  readonly bytes: number | undefined;
  /** Bytes of objects that are done, and those received of the others. */
  readonly bytesDone: number;
}

/** Follows a run's events. */
export interface ProgressTracker {
  readonly announce: (object: { readonly ref: string; readonly bytes?: number }) => void;
  readonly started: (ref: string, now: number) => void;
  readonly counted: (ref: string, counts: Counts) => void;
  readonly finished: (report: ItemReport) => void;
  readonly state: () => ProgressState;
}

export function progressTracker(): ProgressTracker {
  const sizes = new Map<string, number>();
  const current = new Map<string, ObjectProgress>();
  const sums = { announced: 0, bytes: 0, unsized: 0, finished: 0, failed: 0, written: 0, rejected: 0, bytesDone: 0 };
  let startedAt: number | undefined;

  return {
    announce: ({ ref, bytes }) => {
      sums.announced += 1;
      if (bytes === undefined) {
        sums.unsized += 1;
        return;
      }
      sums.bytes += bytes;
      sizes.set(ref, bytes);
    },
    started: (ref, now) => {
      startedAt ??= now;
      current.set(ref, { ref, startedAt: now, size: sizes.get(ref), counts: undefined });
    },
    counted: (ref, counts) => {
      const object = current.get(ref);
      if (object !== undefined) object.counts = counts;
    },
    finished: ({ ref, outcome, written, rejected, bytesIn }) => {
      current.delete(ref);
      sums.finished += 1;
      if (outcome === 'failed') sums.failed += 1;
      sums.written += written;
      sums.rejected += rejected;
      sums.bytesDone += sizes.get(ref) ?? bytesIn;
      sizes.delete(ref);
    },
    state: () => {
      const objects = [...current.values()];
      const also = (of: (counts: Counts) => number): number =>
        objects.reduce((sum, { counts }) => sum + (counts === undefined ? 0 : of(counts)), 0);
      return {
        current: objects,
        startedAt,
        finished: sums.finished,
        failed: sums.failed,
        written: sums.written + also(({ written }) => written),
        rejected: sums.rejected + also(({ rejected }) => rejected),
        objects: sums.announced === 0 ? undefined : sums.announced,
        bytes: sums.announced === 0 || sums.unsized > 0 ? undefined : sums.bytes,
        bytesDone: sums.bytesDone + also(({ bytesIn }) => bytesIn),
      };
    },
  };
}

/** Estimates the time that is left, in milliseconds, from the bytes or else the objects that are done. */
export function timeLeft(state: ProgressState, now: number): number | undefined {
  const { startedAt, objects, bytes, bytesDone, finished } = state;
  if (startedAt === undefined || objects === undefined) return undefined;
  const elapsed = now - startedAt;
  if (elapsed < 1000) return undefined;
  const [total, done] = bytes === undefined ? [objects, finished] : [bytes, bytesDone];
  if (done <= 0 || done >= total) return undefined;
  return ((total - done) * elapsed) / done;
}
