import { checkOptions, MillraceError } from '@millrace/core';
import { handlerChecks, type HandlerOptions, handlerSettings } from './handler-options.ts';
import { handleEvent } from './invocation/handle-event.ts';
import type { Process } from './invocation/settle.ts';
import type { LandingCopy } from './landing-copy.ts';
import type { S3Handler } from './s3-handler.ts';

/**
 * Makes a Lambda handler for the copy step: every object of an S3 notification is copied to the landing bucket. Events,
 * failures, time and log are handled as by `toS3Handler`.
 *
 * @param copy made once, such as by `copyToLanding(…)` of `@millrace/s3`; for several suppliers, a function that chooses
 *   among such copies by the reference
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function toLandingHandler(copy: LandingCopy, options: HandlerOptions = {}): S3Handler {
  if (typeof copy !== 'function') {
    throw new MillraceError(
      'OPTION_INVALID',
      `toLandingHandler takes a function that copies, but it got ${typeof copy}.`,
    );
  }
  checkOptions<HandlerOptions>('toLandingHandler', options, handlerChecks());
  const settings = handlerSettings(options);
  const process: Process = async (ref, { signal }) => [{ outcome: 'complete', copy: await copy(ref, { signal }) }];
  return (event, context) => handleEvent(event, context, process, settings);
}
