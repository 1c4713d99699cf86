import type { Mutant } from './find-mutants.ts';

/** A mutant that no test can notice, because it does what the original does. */
export interface Equivalent {
  readonly file: string;
  /** The function that the change is in. */
  readonly within: string;
  /** The changed line as it is, and with the change. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

const RUN = 'packages/core/src/run/';
const LEDGER = 'packages/core/src/ledger/';
const LAMBDA = 'packages/lambda-adapter/src/';

/**
 * Survivors that were judged, each with its reason. A line that moves stays in the list; a line that changes must be judged
 * again. Take entries off the list when the command calls them stale.
 */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: `${RUN}object/object-state.ts`,
    within: 'fail',
    before: 'if (stopped !== undefined) return;',
    after: 'if ((false && stopped !== undefined)) return;',
    reason: 'The timers of the object would fire after those of the run, which end the same things.',
  },
  {
    file: `${RUN}object/object-state.ts`,
    within: 'follow',
    before: "else signal.addEventListener('abort', listener, { once: true });",
    after: "else signal.addEventListener('abort', listener, { once: false });",
    reason: 'A signal fires once, so a second abort changes nothing.',
  },
  {
    file: `${RUN}object/process-object.ts`,
    within: '#pump',
    before: 'this.#drained = false;',
    after: ';',
    reason: 'pump never rejects, so the next statement always assigns.',
  },
  {
    file: `${RUN}object/pump.ts`,
    within: 'pump',
    before: 'await within(drained(), state.abandoned);',
    after: 'within(drained(), state.abandoned);',
    reason:
      'Both waits are the same: each is followed by the other, or by nothing that the first one has not waited for.',
  },
  {
    file: `${RUN}object/pump.ts`,
    within: 'writersOf',
    before: '{ sinkGate: scope.quarantineGate, keyed: false, sizing: quarantineSizing(quarantine) },',
    after: '{ sinkGate: scope.quarantineGate, keyed: true, sizing: quarantineSizing(quarantine) },',
    reason: 'Quarantines name no keys: no two rejections share a position.',
  },
  {
    file: `${RUN}read/read-records.ts`,
    within: 'marked',
    before: 'if (bad !== undefined) markers.outstanding -= 1;',
    after: 'if (bad !== undefined) ;',
    reason: 'The count only spares the look at records that cannot be markers.',
  },
  {
    file: `${RUN}read/record-path.ts`,
    within: 'fanOut',
    before: 'if (waiting !== undefined) return fanOutLater(entry, at, values, index + 1, waiting);',
    after: 'if ((true || waiting !== undefined)) return fanOutLater(entry, at, values, index + 1, waiting);',
    reason: 'The rest of the branches take the asynchronous way, which does the same and costs a promise each.',
  },
  {
    file: `${RUN}ref-queue.ts`,
    within: 'close',
    before: 'ended = true;',
    after: ';',
    reason: 'The run closes the queue once, when no worker takes from it any more.',
  },
  {
    file: `${RUN}replay/singly-sink.ts`,
    within: 'singlySink',
    before: '...(concurrency !== undefined && { concurrency }),',
    after: '...(({ concurrency })),',
    reason: 'The gate is made from the sink of the feed; an absent member and an undefined one are the same to it.',
  },
  {
    file: `${RUN}stop/bounded.ts`,
    within: 'bounded',
    before: "signal.addEventListener('abort', giveUp, { once: true });",
    after: "signal.addEventListener('abort', giveUp, { once: false });",
    reason: 'A signal fires once, so a second abort changes nothing.',
  },
  {
    file: `${RUN}stop/bounded.ts`,
    within: 'boundedIteration',
    before: 'left = true;',
    after: ';',
    reason: 'The input is a generator, and return() of one that has ended or thrown does nothing.',
  },
  {
    file: `${RUN}run.ts`,
    within: 'run',
    before: "if (!stop.reading.aborted) error ??= toMillraceError(thrown, 'REFS_FAILED');",
    after: 'if (!stop.reading.aborted) ;',
    reason:
      'Workers leave a listing before its end only after a stop. Without one, it has ended or failed by then, so that closing the ' +
      'queue calls nothing that could throw.',
  },
  {
    file: `${RUN}stop/timer.ts`,
    within: 'arm',
    before: 'if (left <= LONGEST_MS) timer = setTimeout(fire, Math.max(0, left));',
    after: 'if (left < LONGEST_MS) timer = setTimeout(fire, Math.max(0, left));',
    reason: 'A wait of exactly the longest time is then made of a timer for all of it, and one for nothing.',
  },
  {
    file: `${RUN}stop/timer.ts`,
    within: '',
    before: 'const LONGEST_MS = 2 ** 31 - 1;',
    after: 'const LONGEST_MS = 2 ** 30 - 1;',
    reason: 'A long wait is made of shorter ones, however long these are.',
  },
  {
    file: `${RUN}write/batch-writer.ts`,
    within: '#addSingle',
    before: 'if (waiting === undefined || full === undefined) return waiting ?? full;',
    after: 'if (waiting === undefined || full !== undefined) return waiting ?? full;',
    reason: 'Both are there only if one record fills a batch, and then none was waiting to be sent before it.',
  },
  {
    file: `${RUN}write/batch-writer.ts`,
    within: '#addSingle',
    before: 'if (waiting === undefined || full === undefined) return waiting ?? full;',
    after: 'if ((waiting === undefined)) return waiting ?? full;',
    reason: 'Waiting for one of them together with nothing is waiting for it.',
  },
  {
    file: `${RUN}write/batch-writer.ts`,
    within: '#addSingle',
    before: 'else if (entry.ordinal < this.#span.first) this.#span.first = entry.ordinal;',
    after: 'else if (entry.ordinal <= this.#span.first) this.#span.first = entry.ordinal;',
    reason: 'If they are equal, it assigns the number that is there.',
  },
  {
    file: `${RUN}write/batch-writer.ts`,
    within: '#addToGroup',
    before: 'this.#bytes += sizing.sizeOf?.(entry.value) ?? 0;',
    after: 'this.#bytes += sizing.sizeOf?.(entry.value) ?? 1;',
    reason: 'A sink without sizeOf limits no bytes; the feed checks that.',
  },
  {
    file: `${RUN}write/tail-mixer.ts`,
    within: 'add',
    before: 'if (this.#expected === 0 || this.#count === this.#maxCount) this.#flush();',
    after: 'if (this.#expected === 1 || this.#count === this.#maxCount) this.#flush();',
    reason: 'An object that adds still counts as expected; if it is the last, its end flushes right afterwards.',
  },
  {
    file: `${LEDGER}decide.ts`,
    within: 'holds',
    before: 'const holdsHead = head !== undefined && head.claimId === claimId && head.leaseUntil > 0;',
    after: 'const holdsHead = head !== undefined && head.claimId === claimId && head.leaseUntil > 1;',
    reason: 'A lease ends at least 100 ms after the epoch, or is 0.',
  },
  {
    file: `${LEDGER}decide.ts`,
    within: 'entryOf',
    before: '...(signature !== undefined && { signature }),',
    after: '...(({ signature })),',
    reason: 'An absent signature and an undefined one are the same to every reader.',
  },
  {
    file: `${LAMBDA}invocation/time-budget.ts`,
    within: 'startTimeBudget',
    before: 'return { deadline: undefined, graceMs: 0, signal, isOver: () => false, outOfTime, end: () => undefined };',
    after: 'return { deadline: undefined, graceMs: 1, signal, isOver: () => false, outOfTime, end: () => undefined };',
    reason: 'A grace period follows a deadline. Sessions takes both or neither, and nothing else reads it.',
  },
];

export function equivalentOf(mutant: Mutant): Equivalent | undefined {
  return EQUIVALENT.find((entry) => names(entry, mutant));
}

/** Lists the entries for these files that name no mutant any more. */
export function staleEntries(files: readonly string[], mutants: readonly Mutant[]): readonly Equivalent[] {
  return EQUIVALENT.filter((entry) => files.includes(entry.file) && !mutants.some((mutant) => names(entry, mutant)));
}

function names({ file, within, before, after }: Equivalent, mutant: Mutant): boolean {
  return mutant.file === file && mutant.within === within && mutant.before === before && mutant.after === after;
}
