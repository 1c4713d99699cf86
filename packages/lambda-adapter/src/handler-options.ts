import { check, type OptionCheck } from '@millrace/core';
import type { ContinueWith } from './continue-with.ts';
import { type Log, logToStdout } from './invocation/log-line.ts';

/** Options that all handlers share. */
export interface HandlerOptions {
  /** Objects at once within one invocation. @default 1 */
  readonly concurrency?: number;
  /**
   * How long before Lambda's time-out to stop reading, in milliseconds. What was read is written in that time; an object
   * that is not done by then fails the invocation. @default 10000, or a fifth of the time-out where that is less
   */
  readonly reserveMs?: number;
  /** Takes the log, one line of JSON for each record of the event. @default writes to stdout */
  readonly log?: Log;
}

export function handlerChecks(): { readonly [K in keyof Required<HandlerOptions>]: OptionCheck } {
  return {
    concurrency: check.optional(check.integer(1)),
    reserveMs: check.optional(check.numeric(0)),
    log: check.optional(check.callback),
  };
}

/** The options with their defaults. */
export interface HandlerSettings {
  readonly concurrency: number;
  readonly reserveMs: number | undefined;
  readonly log: Log;
  readonly continueWith?: ContinueWith | undefined;
}

export function handlerSettings({ concurrency = 1, reserveMs, log = logToStdout }: HandlerOptions): HandlerSettings {
  return { concurrency, reserveMs, log };
}
