import type { KeyDecoders } from '../events/key-encodings.ts';
import type { Log } from '../invocation/log-line.ts';
import type { Task } from '../invocation/process-tasks.ts';
import type { LambdaContext } from '../lambda-context.ts';
import type { ObjectResult } from '../object-result.ts';

/** What a carrier brought in one invocation. */
export interface Delivery {
  /** The objects that it names, in the order in which their results are expected. */
  readonly tasks: readonly Task[];
}

/** What a carrier may use besides the delivery. */
export interface CarrierTools {
  readonly log: Log;
  readonly context: LambdaContext | undefined;
}

/** Work that goes on for as long as some of a delivery's tasks are open. */
export interface Keeping {
  /** Called with the index of each task once its results are known. */
  readonly taskDone: (index: number) => void;
  /** Called once, after the last task. */
  readonly stop: () => void;
}

/**
 * Everything that differs between the AWS services that bring events to a handler: how an event is read, and what the
 * service expects in return. `makeHandler` does the rest. A new carrier is one file in this folder and one line in
 * `carriers.ts`.
 */
export interface Carrier<D extends Delivery, R> {
  /** The function that users call, such as `toSqsHandler`. It names the handler in errors. */
  readonly handler: string;
  /** What the handler takes, such as `batches of SQS messages`. It is in the error about any other event. */
  readonly takes: string;
  /**
   * Reads an event. A message, task or item that cannot be read is one task among the others.
   *
   * @returns `undefined` if the event is not from this carrier
   */
  readonly read: (event: unknown, keys: KeyDecoders) => D | undefined;
  /** Whether objects that were never begun go to `continueWith` too. If not, the carrier delivers them again by itself. */
  readonly passesOnUntouched: boolean;
  /** Begins what must go on while tasks are open, such as keeping messages invisible. @default nothing */
  readonly keep?: (delivery: D, tools: CarrierTools) => Keeping;
  /**
   * Makes the handler's response from the results of each task.
   *
   * @throws MillraceError to fail the invocation, if that is how the carrier learns of a failure
   */
  readonly respond: (delivery: D, results: readonly (readonly ObjectResult[])[], tools: CarrierTools) => R;
}
