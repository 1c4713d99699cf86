import { check, type OptionCheck } from '@millrace/core/plugin';
import type { ContinueWith } from './continue-with.ts';
import { checkKeys, type KeyDecoders, keyDecoders, type KeyEncodings } from './events/key-encodings.ts';
import { type Log, logToStdout } from './invocation/log-line.ts';
import type { InvocationReport } from './object-result.ts';

/** Options that all handlers share. */
export interface HandlerOptions {
  /** Objects at once within one invocation. @default 1 */
  readonly concurrency?: number;
  /**
   * How long before Lambda's time-out to stop reading, in milliseconds. What was read is written in that time; an object
   * that is not done by then fails, or goes to `continueWith`. @default 10000, or a fifth of the time-out where that is less
   */
  readonly reserveMs?: number;
  /** Takes the log, one line of JSON for each record of the event. @default writes to stdout */
  readonly log?: Log;
  /**
   * What to do with objects that tools leave beside files: folders of the S3 console (`in/`) and of Hadoop (`in_$folder$`) without
   * content, `_SUCCESS`, `.DS_Store`, and what is in `__MACOSX`. `'skip'` passes them over, which the log and the report say with
   * the outcome `passed-over`; `'include'` carries or copies them like any other. @default 'skip'
   */
  readonly sideObjects?: 'skip' | 'include';
  /** How keys are encoded, where that differs from what AWS does. */
  readonly keys?: KeyEncodings;
  /**
   * Takes what each invocation did, before it is answered: every object, also those that no feed saw, and their number by
   * outcome. It is called once for each invocation whose event was understood. What it throws is a warning in the log.
   * @default none
   */
  readonly onReport?: (report: InvocationReport) => void;
}

export function handlerChecks(): { readonly [K in keyof Required<HandlerOptions>]: OptionCheck } {
  return {
    concurrency: check.optional(check.integer(1)),
    reserveMs: check.optional(check.numeric(0)),
    log: check.optional(check.callback),
    sideObjects: check.optional(check.oneOf('skip', 'include')),
    keys: checkKeys,
    onReport: check.optional(check.callback),
  };
}

/** The options with their defaults. */
export interface HandlerSettings {
  readonly concurrency: number;
  readonly reserveMs: number | undefined;
  readonly log: Log;
  readonly skipsSideObjects: boolean;
  readonly keys: KeyDecoders;
  readonly onReport: ((report: InvocationReport) => void) | undefined;
  readonly continueWith?: ContinueWith | undefined;
}

export function handlerSettings(
  options: HandlerOptions & { readonly continueWith?: ContinueWith | undefined },
): HandlerSettings {
  const { concurrency = 1, reserveMs, log = logToStdout, keys, onReport, continueWith, sideObjects = 'skip' } = options;
  const skipsSideObjects = sideObjects === 'skip';
  return { concurrency, reserveMs, log, skipsSideObjects, keys: keyDecoders(keys), onReport, continueWith };
}
