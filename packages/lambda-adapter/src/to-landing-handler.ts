import { checkOptions } from '@millrace/core/plugin';
import { handlerChecks, type HandlerOptions, handlerSettings } from './handler-options.ts';
import { copyObjects } from './invocation/copy-objects.ts';
import { handleEvent } from './invocation/handle-event.ts';
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
  const begin = copyObjects('toLandingHandler', copy);
  checkOptions<HandlerOptions>('toLandingHandler', options, handlerChecks());
  const settings = handlerSettings(options);
  return (event, context) => handleEvent(event, context, begin, settings);
}
