import type { Observer } from '@millrace/core';

/** What a member of an observer is called with. */
export type EventOf<K extends keyof Observer> = Parameters<NonNullable<Observer[K]>>[0];

/** One call of an observer: which member, and with what. */
export type ObservedEvent = {
  readonly [K in keyof Observer]-?: { readonly kind: K; readonly event: EventOf<K> };
}[keyof Observer];

/** An observer that keeps everything it sees. */
export interface RecordingObserver extends Required<Observer> {
  /** All events so far, in order. */
  readonly events: readonly ObservedEvent[];
  /** The events of one kind, in order. */
  readonly of: <K extends keyof Observer>(kind: K) => readonly EventOf<K>[];
}

/**
 * Makes an observer for tests that records every event.
 *
 * @example
 * const observer = recordingObserver();
 * await prices.run(refs, { observer });
 * expect(observer.of('itemFinished')).toHaveLength(1);
 */
export function recordingObserver(): RecordingObserver {
  const events: ObservedEvent[] = [];
  return Object.freeze({
    events,
    of: <K extends keyof Observer>(kind: K) =>
      events.flatMap((one) => (one.kind === kind ? [one.event as EventOf<K>] : [])),
    itemStarted: (event) => void events.push({ kind: 'itemStarted', event }),
    progress: (event) => void events.push({ kind: 'progress', event }),
    recordRejected: (event) => void events.push({ kind: 'recordRejected', event }),
    itemFinished: (event) => void events.push({ kind: 'itemFinished', event }),
    runFinished: (event) => void events.push({ kind: 'runFinished', event }),
  } satisfies RecordingObserver);
}
