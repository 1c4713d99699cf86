import { MillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import type { PostgresClient } from './client.ts';
import { type Response, responseOf } from './response.ts';
import type { RetryBudget } from './retry-options.ts';
import { type StatementFault, statementFault } from './statement-fault.ts';

/** What statements are sent with. */
export interface Asking {
  readonly client: () => Promise<PostgresClient>;
  /** The table's name, for messages. */
  readonly table: string;
  readonly budget: RetryBudget;
  /** Milliseconds that a statement may take. */
  readonly timeoutMs: number;
}

export interface Question {
  readonly text: string;
  readonly values: (string | null)[];
  /** Number of records that it carries. @default 0 */
  readonly records?: number;
}

export type Answer = Response | { readonly fault: StatementFault };

/** How long a statement that is under way is waited for once the signal has fired. */
const SETTLE_MS = 800;

/**
 * Sends a statement, and sends it again inside the budget if what failed can pass. Resolves with the response, or with a fault
 * that repeating the same statement would not repair; rejects with anything else. After `signal`, or once `timeLeftMs` is
 * 0, nothing is sent.
 */
export async function ask(question: Question, asking: Asking, { signal, count, timeLeftMs }: Context): Promise<Answer> {
  const { budget, client, table, timeoutMs } = asking;
  const { records = 0, text, values } = question;
  const until = performance.now() + budget.timeMs;
  const checkMaySend = (): void => {
    if (signal.aborted || timeLeftMs?.() === 0) throw aborted(signal);
  };
  for (let attempt = 1; ; attempt += 1) {
    checkMaySend();
    let fault: StatementFault;
    try {
      const opened = await client();
      // Connecting takes time, and the lease on the object may have run out meanwhile.
      checkMaySend();
      // pg takes the array for its own, so each attempt has one.
      return responseOf(await answered(opened.query(text, [...values]), signal, timeoutMs));
    } catch (thrown) {
      if (thrown instanceof MillraceError && thrown.code !== 'POSTGRES_UNAVAILABLE') throw thrown;
      fault =
        thrown instanceof MillraceError
          ? { kind: 'passing', sqlState: undefined, error: thrown, refusal: thrown }
          : statementFault(thrown, { table, carriesRecords: records > 0 });
    }
    if (fault.kind === 'fatal') throw fault.error;
    // Fewer records can succeed; a single one has only time to hope for.
    const passing = fault.kind === 'passing' || (fault.kind === 'slow' && records <= 1);
    if (!passing) return { fault };
    const ms = Math.random() * Math.min(budget.capMs, budget.baseMs * 2 ** (attempt - 1));
    if (attempt >= budget.attempts || performance.now() + ms >= until) throw fault.error;
    await pause(ms, signal);
    count('retries');
  }
}

/**
 * Settles as `work` does. Once `signal` has fired or time is up, the work is left to itself: a client has no means to stop
 * it that every client has, and a statement that is carried out late writes what the next delivery writes.
 */
function answered<T>(work: Promise<T>, signal: AbortSignal, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let settling: NodeJS.Timeout | undefined;
    const stop = (): void => {
      settling = setTimeout(() => reject(aborted(signal)), SETTLE_MS);
    };
    const late = setTimeout(() => {
      const text = `PostgreSQL did not respond within ${timeoutMs} ms (timeoutMs).`;
      reject(new MillraceError('POSTGRES_UNAVAILABLE', text, { details: { timeoutMs }, retryable: true }));
    }, timeoutMs);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(late);
      clearTimeout(settling);
      signal.removeEventListener('abort', stop);
    });
  });
}

/** Waits, or rejects with `POSTGRES_ABORTED` as soon as `signal` fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      if (signal.aborted) reject(aborted(signal));
      else resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over, { once: true });
    if (signal.aborted) over();
  });
}

function aborted(signal: AbortSignal): MillraceError {
  return new MillraceError('POSTGRES_ABORTED', 'The run was stopped; what became of this write is unknown.', {
    cause: signal.reason,
    retryable: true,
  });
}
