import { checkOptions } from '@millrace/core/plugin';
import { asynchronousCarrier } from './carriers/asynchronous.ts';
import { handlerChecks, type HandlerOptions, handlerSettings } from './handler-options.ts';
import { processWithCopy } from './invocation/process-with-copy.ts';
import { makeHandler } from './invocation/make-handler.ts';
import type { LandingCopy } from './landing-copy.ts';
import type { S3Handler } from './s3-handler.ts';

/**
 * Makes a Lambda handler for the copy step: every object of an S3 notification is copied to the landing bucket. Events,
 * failures, time and log are handled as by `toS3Handler`. Behind a queue, `toSqsHandler` takes the same copy.
 *
 * @param copy made once, such as by `copyToLanding(…)` of `@millrace/s3`; for several suppliers, a function that chooses
 *   among such copies by the reference
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function toLandingHandler(copy: LandingCopy, options: HandlerOptions = {}): S3Handler {
  const begin = processWithCopy('toLandingHandler', copy);
  checkOptions<HandlerOptions>('toLandingHandler', options, handlerChecks());
  return makeHandler(asynchronousCarrier('toLandingHandler'), begin, handlerSettings(options));
}
