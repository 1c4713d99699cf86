import { MillraceError, type Observer, type RejectionLimit, type RunOptions } from '@millrace/core';
import { check, checkOptions, type OptionCheck } from '@millrace/core/plugin';
import type { ContinueWith } from './continue-with.ts';
import { handlerChecks, type HandlerOptions } from './handler-options.ts';

/** Options of all handlers that carry objects through feeds. Those of a run are passed on to the feed. */
export interface FeedHandlerOptions
  extends
    HandlerOptions,
    Pick<
      RunOptions,
      | 'quarantine'
      | 'maxRejections'
      | 'allRejected'
      | 'ledger'
      | 'leaseMs'
      | 'clockSkewMs'
      | 'checkpointRecords'
      | 'versions'
    > {
  /** Sees progress and outcomes of every run; several observers see the same. @default none */
  readonly observer?: Observer | readonly Observer[];
  /**
   * Takes the objects that the invocation's time did not suffice for. It needs a ledger, without which the next invocation
   * would begin each of them anew. @default none: an unfinished object fails, so that its carrier tries it again
   */
  readonly continueWith?: ContinueWith;
}

/** Checks the options of a handler; `own` are those that no other handler has. */
export function checkFeedHandlerOptions<T extends FeedHandlerOptions>(
  owner: string,
  options: T,
  own: { readonly [K in Exclude<keyof T, keyof FeedHandlerOptions>]-?: OptionCheck },
): void {
  const shared: { readonly [K in keyof Required<FeedHandlerOptions>]: OptionCheck } = {
    ...handlerChecks(),
    quarantine: check.optional(checkQuarantine),
    maxRejections: check.optional(check.object),
    ledger: check.optional(checkLedger),
    leaseMs: check.optional(check.integer(100)),
    clockSkewMs: check.optional(check.integer(0)),
    allRejected: check.optional(check.oneOf('fail', 'accept')),
    checkpointRecords: check.optional(check.integer(1)),
    versions: check.optional(check.oneOf('newest', 'all', 'replace')),
    observer: check.optional(checkObservers),
    continueWith: check.optional(check.callback),
  };
  checkOptions<FeedHandlerOptions>(owner, options, { ...shared, ...own });
  if (options.continueWith !== undefined && options.ledger === undefined) {
    throw new MillraceError(
      'OPTION_INVALID',
      `${owner}: option "continueWith" needs a ledger that knows how far each object came.`,
    );
  }
  // The run checks these too, but a mistake should show when the function starts and not with its first object.
  checkOptions<RejectionLimit>(`${owner}: maxRejections`, options.maxRejections ?? {}, {
    count: check.optional(check.integer(0)),
    share: check.optional(check.numeric(0, 1)),
  });
}

function checkObservers(value: unknown): string | undefined {
  return [value].flat().every((one) => check.object(one) === undefined) ? undefined : 'an observer, or several';
}

function checkQuarantine(value: unknown): string | undefined {
  const { write } = (value ?? {}) as { readonly write?: unknown };
  return typeof write === 'function' ? undefined : 'a sink of rejections';
}

function checkLedger(value: unknown): string | undefined {
  const { claim } = (value ?? {}) as { readonly claim?: unknown };
  return typeof claim === 'function' ? undefined : 'a ledger';
}
