import { MillraceError } from '@millrace/core';
import type { ObjectEvent } from '../events/object-event.ts';
import type { LambdaContext } from '../lambda-context.ts';
import { objectUri } from '../object-ref.ts';
import { type InvocationReport, type ObjectResult, summarize } from '../object-result.ts';
import { isFailure } from '../objects-failed-error.ts';
import { type Log, logObject, logWarning } from './log-line.ts';
import { type BeginInvocation, type Continuing, settle } from './settle.ts';
import type { TimeBudget } from './time-budget.ts';

/** One record of an event on its way. */
export interface Task {
  readonly event: ObjectEvent;
  /** Tasks of one lane go one after the other, and none goes after one that failed. Without a lane, each is alone. */
  readonly lane?: string | undefined;
  /** Names what carried the record in its log line, such as `{ messageId }`. */
  readonly carrier?: Readonly<Record<string, string>>;
}

export interface ProcessTasksOptions {
  readonly begin: BeginInvocation;
  readonly budget: TimeBudget;
  readonly context: LambdaContext | undefined;
  readonly concurrency: number;
  readonly log: Log;
  readonly onReport: ((report: InvocationReport) => void) | undefined;
  readonly continuing: Continuing | undefined;
  readonly skipsSideObjects: boolean;
  /** Called with the task's number once it has its results. */
  readonly taskDone?: ((index: number) => void) | undefined;
}

/**
 * Tries every task, `concurrency` of them at once, and logs each as it settles. It never rejects, and keeps nothing
 * between invocations, so that any number of them may run in one process at the same time.
 *
 * @returns the results of each task, in the order of the tasks
 */
export async function processTasks(
  tasks: readonly Task[],
  { begin, budget, context, concurrency, log, onReport, continuing, skipsSideObjects, taskDone }: ProcessTasksOptions,
): Promise<readonly (readonly ObjectResult[])[]> {
  const { process, close } = begin(budget);
  const settling = { process, budget, continuing, skipsSideObjects };
  const results: (readonly ObjectResult[])[] = [];
  const lanes = lanesOf(tasks);
  // The workers share one iterator, so each lane is taken once.
  const waiting = lanes.values();
  const worker = async (): Promise<void> => {
    for (const lane of waiting) {
      let stopped = false;
      for (const index of lane) {
        const { event, carrier } = tasks[index]!;
        const settled: readonly ObjectResult[] = stopped ? [notTried(event)] : await settle(event, settling);
        stopped ||= settled.some(isFailure);
        results[index] = settled;
        for (const result of settled) logObject(log, result, context, carrier);
        taskDone?.(index);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, lanes.length) }, worker));
  const observerErrors = await close();
  if (observerErrors > 0) logWarning(log, observerFailed(observerErrors), context);
  if (onReport !== undefined) await report(onReport, summarize(results.flat()), log, context);
  return results;
}

/** How long an `onReport` that returns a promise is waited for, in milliseconds. */
const REPORT_MS = 1000;

/** A promise is waited for, since Lambda freezes the process with the answer; its rejection is a warning like a throw. */
async function report(
  onReport: (report: InvocationReport) => unknown,
  made: InvocationReport,
  log: Log,
  context: LambdaContext | undefined,
): Promise<void> {
  try {
    await Promise.race([onReport(made), new Promise((resolve) => setTimeout(resolve, REPORT_MS).unref())]);
  } catch (cause) {
    const message = 'The option "onReport" threw. What the invocation did is not changed by it.';
    logWarning(log, new MillraceError('LAMBDA_REPORT_FAILED', message, { cause }), context);
  }
}

function observerFailed(times: number): MillraceError {
  const message = `An observer threw ${times} times. What the invocation did is not changed by it.`;
  return new MillraceError('LAMBDA_OBSERVER_FAILED', message, { details: { times } });
}

/** The numbers of the tasks, by lane, in the order in which the lanes come up. */
function lanesOf(tasks: readonly Task[]): readonly (readonly number[])[] {
  const lanes: number[][] = [];
  const named = new Map<string, number[]>();
  for (const [index, { lane }] of tasks.entries()) {
    const known = lane === undefined ? undefined : named.get(lane);
    if (known !== undefined) {
      known.push(index);
      continue;
    }
    const made = [index];
    lanes.push(made);
    if (lane !== undefined) named.set(lane, made);
  }
  return lanes;
}

function notTried(event: ObjectEvent): ObjectResult {
  const { eventName } = event;
  const error = new MillraceError(
    'LAMBDA_GROUP_STOPPED',
    'An earlier message of the same group failed, so this one was not tried: it would have come before it.',
  );
  return {
    outcome: 'aborted',
    object: event.kind === 'object' ? objectUri(event.ref) : event.object,
    ...(eventName !== undefined && { eventName }),
    ...(event.kind === 'object' && { ref: event.ref }),
    error,
  };
}
