import type { LambdaContext } from './lambda-context.ts';
import type { InvocationReport } from './object-result.ts';

/**
 * A Lambda handler for asynchronous invocation: by S3, SNS or EventBridge. Lambda calls it with whatever the function is wired to, so the event is checked
 * and not trusted. It may be called concurrently.
 *
 * It throws only after all records of the event were tried, and a throw makes Lambda retry the whole event.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN` where the event as a whole tells of no S3 objects
 * @throws ObjectsFailedError `LAMBDA_OBJECTS_FAILED` where an object failed or was aborted
 */
export type S3Handler = (event: unknown, context?: LambdaContext) => Promise<InvocationReport>;
