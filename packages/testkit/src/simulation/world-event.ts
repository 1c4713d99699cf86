import type { Halt } from './time/simulated-process.ts';
import type { BucketSettings } from './world/bucket.ts';
import type { LambdaSettings } from './world/lambda.ts';
import type { ObjectContent } from './world/object-content.ts';
import type { NetworkSettings } from './wire/network.ts';
import type { QueueSettings } from './world/queue.ts';

/** Something that happens to the deployed system. A history is a list of these; shrinking removes some. */
export type WorldEvent =
  /** An object is written. Each notice is the delay of one event about it, in milliseconds; none: the event is lost. */
  | { readonly at: number; readonly kind: 'put'; readonly content: ObjectContent; readonly notices: readonly number[] }
  | { readonly at: number; readonly kind: 'remove'; readonly object: string }
  /** From now on new processes run another variant of the feed. */
  | { readonly at: number; readonly kind: 'deploy'; readonly variant: number }
  /** The process that sends the given request is halted for a while, just before it is on the wire or just after. */
  | {
      readonly at: number;
      readonly kind: 'halt';
      readonly how: Halt;
      readonly ms: number;
      readonly request: RequestMark;
    }
  /** The process that sends the given request dies with it: before or after it is on the wire. */
  | { readonly at: number; readonly kind: 'kill'; readonly request: RequestMark }
  /** The next requests to a service meet a fault. */
  | {
      readonly at: number;
      readonly kind: 'fault';
      readonly service: ServiceName;
      readonly fault: string;
      readonly times: number;
    }
  /** For a while, every request to a service meets a fault. */
  | {
      readonly at: number;
      readonly kind: 'outage';
      readonly service: ServiceName;
      readonly fault: string;
      readonly ms: number;
    }
  /** A person starts a program: over a listing, over what reconciling finds, over the quarantine, or to purge. */
  | { readonly at: number; readonly kind: 'operate'; readonly task: OperatorTask };

/** Marks a request: the `count`-th that is sent to a service from now on. */
export interface RequestMark {
  readonly service: ServiceName;
  readonly count: number;
  readonly moment: 'before' | 'after';
}

export type ServiceName = 's3' | 'table' | 'ledger' | 'quarantine';
export type OperatorTask = 'run' | 'reconcile' | 'replay' | 'purge';

/** What does not change during a history. */
export interface WorldSettings {
  readonly bucket: Omit<BucketSettings, 'name'>;
  readonly queue: QueueSettings;
  readonly lambda: LambdaSettings;
  /** What notifications go to: the queue, or Lambda's own asynchronous invocation. */
  readonly carrier: 'sqs' | 'async';
  readonly network: NetworkSettings;
  /** Maximum difference between a process's wall clock and the world's, in milliseconds. */
  readonly clockOffsetMs: number;
  /** Choices of the deployment, such as the kind of keys. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/** All that a history is made of, beside the seed. It is plain JSON. */
export interface Scenario {
  readonly seed: string;
  readonly settings: WorldSettings;
  readonly events: readonly WorldEvent[];
}
