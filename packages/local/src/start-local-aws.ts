import { MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { Delivery } from './delivery.ts';
import { eventDeliveries } from './event-deliveries.ts';
import { checkSubscription, type ObjectCreatedSubscription } from './object-created-subscription.ts';
import { startChild } from './start-child.ts';

export interface LocalAwsOptions {
  /** Region of the servers. @default 'us-east-1' */
  readonly region?: string;
  /** Port of the S3 server; 0 chooses a free one. @default 0 */
  readonly s3Port?: number;
  /** Port of the DynamoDB server; 0 chooses a free one. @default 0 */
  readonly dynamodbPort?: number;
  /** How long a table stays CREATING, UPDATING or DELETING after the response, in milliseconds. @default 0 */
  readonly tableDelayMs?: number;
  /** How long the servers may take to start, in milliseconds. @default 30000 */
  readonly startTimeoutMs?: number;
}

/** Environment variables that point every AWS SDK to the local servers. */
export interface LocalAwsEnv {
  readonly AWS_ENDPOINT_URL_S3: string;
  readonly AWS_ENDPOINT_URL_DYNAMODB: string;
  readonly AWS_REGION: string;
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
}

/** An object to put, and where. */
export interface LocalObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
}

/** Local S3 and DynamoDB servers, in memory, each in its own process. */
export interface LocalAws extends AsyncDisposable {
  readonly s3Endpoint: string;
  readonly dynamodbEndpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Environment for `Object.assign(process.env, …)` or for a child process. The SDK then needs no configuration. */
  readonly env: LocalAwsEnv;
  readonly pids: { readonly s3: number; readonly dynamodb: number };
  /** Creates a bucket. It succeeds if the bucket exists. */
  readonly createBucket: (name: string) => Promise<void>;
  /** Puts an object, at most 11 MiB, without an SDK. Handlers learn of it as of any other. */
  readonly put: (object: LocalObject) => Promise<void>;
  /**
   * Calls a handler for every object created from now on, as S3 and Lambda do: asynchronously, at least once, and again
   * after a throw. PutObject, POST Object, CopyObject and CompleteMultipartUpload cause events.
   *
   * @returns a function that ends the subscription; waiting deliveries continue
   * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
   */
  readonly onObjectCreated: (subscription: ObjectCreatedSubscription) => () => void;
  /** Every delivery so far, in order. The list grows as events arrive. */
  readonly deliveries: readonly Delivery[];
  /** Deliveries whose handler threw on its last attempt. */
  readonly failedDeliveries: readonly Delivery[];
  /**
   * Delivers the same events once more to the same handlers, as S3 may do at any time.
   *
   * @param deliveries deliveries to repeat; by default every event delivered so far, once
   * @returns the new deliveries
   */
  readonly redeliver: (deliveries?: readonly Delivery[]) => readonly Delivery[];
  /**
   * Resolves when no delivery is pending: all events of writes that completed before this call are handled, and so are the
   * events that their handlers caused. It keeps the process alive.
   *
   * @throws MillraceError `LOCAL_SERVER_ENDED` if the S3 process has exited
   */
  readonly idle: () => Promise<void>;
  /**
   * Ends both processes and resolves when they have exited. Handlers are no longer called; to let them finish, await `idle`
   * first. Further calls have no effect.
   */
  readonly stop: () => Promise<void>;
}

/**
 * Starts empty S3 and DynamoDB servers on free ports of 127.0.0.1, and resolves when both respond. They end with `stop()` or
 * with this process, however it exits, and never keep it alive.
 *
 * @throws MillraceError `LOCAL_START_FAILED`, `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const aws = await startLocalAws();
 * Object.assign(process.env, aws.env);
 * aws.onObjectCreated({ bucket: 'inbox', handler: (event) => console.log(event.Records.length) });
 * await aws.idle();
 * await aws.stop();
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  checkOptions('startLocalAws', options, {
    region: check.optional(check.text),
    s3Port: check.optional(check.integer(0, 65_535)),
    dynamodbPort: check.optional(check.integer(0, 65_535)),
    tableDelayMs: check.optional(check.integer(0)),
    startTimeoutMs: check.optional(check.integer(1)),
  });
  const { region = 'us-east-1', s3Port = 0, dynamodbPort = 0, tableDelayMs = 0, startTimeoutMs = 30_000 } = options;
  const events = eventDeliveries(region);
  const [s3, dynamodb] = await bothOrNone(
    startChild({ server: 's3', options: { port: s3Port, region }, startTimeoutMs, onCreated: events.announce }),
    startChild({ server: 'dynamodb', options: { port: dynamodbPort, region, tableDelayMs }, startTimeoutMs }),
  );

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    events.stop();
    stopped ??= Promise.all([s3.stop(), dynamodb.stop()]).then(() => {});
    return stopped;
  };
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return Object.freeze({
    s3Endpoint: s3.endpoint,
    dynamodbEndpoint: dynamodb.endpoint,
    region,
    // Returns a new object each time, because the SDK changes it.
    get credentials() {
      return { ...credentials };
    },
    env: Object.freeze({
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    }),
    pids: Object.freeze({ s3: s3.pid, dynamodb: dynamodb.pid }),
    createBucket: (name: string) => putTo(s3.endpoint, [name]),
    put: ({ bucket, key, body }: LocalObject) => putTo(s3.endpoint, [bucket, ...key.split('/')], body),
    onObjectCreated: (subscription: ObjectCreatedSubscription) => {
      checkSubscription(subscription);
      return events.subscribe(subscription);
    },
    deliveries: events.log,
    get failedDeliveries() {
      return events.log.filter(({ status }) => status === 'failed');
    },
    redeliver: (deliveries?: readonly Delivery[]) =>
      events.redeliver(deliveries ?? events.log.filter(({ repeated }) => !repeated)),
    idle: async () => {
      // Writes of a handler may have caused events, so this checks again after each round.
      for (;;) {
        if (stopped !== undefined) return;
        try {
          await s3.flush();
        } catch (error) {
          if (stopped === undefined) throw error;
        }
        if (events.pending() === 0) return;
        await events.settled();
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  });
}

/**
 * Sends a PUT request as S3 takes it, without a signature, which the local server does not check.
 *
 * @throws MillraceError `LOCAL_REQUEST_FAILED`
 */
async function putTo(endpoint: string, path: readonly string[], body?: Uint8Array): Promise<void> {
  const url = `${endpoint}/${path.map((part) => encodeURIComponent(part)).join('/')}`;
  const answer = await fetch(url, { method: 'PUT', ...(body && { body: new Uint8Array(body) }) });
  const text = await answer.text();
  if (answer.ok || text.includes('<Code>BucketAlreadyOwnedByYou</Code>')) return;
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? `HTTP ${answer.status}`;
  throw new MillraceError('LOCAL_REQUEST_FAILED', `The local S3 refused to create ${path.join('/')}: ${code}.`);
}

/** Awaits both; if one fails, stops the other. */
async function bothOrNone<T extends { readonly stop: () => Promise<void> }>(
  first: Promise<T>,
  second: Promise<T>,
): Promise<[T, T]> {
  const [one, two] = await Promise.allSettled([first, second]);
  if (one.status === 'fulfilled' && two.status === 'fulfilled') return [one.value, two.value];
  for (const started of [one, two]) if (started.status === 'fulfilled') await started.value.stop();
  throw one.status === 'rejected'
    ? one.reason
    : two.status === 'rejected'
      ? two.reason
      : new MillraceError('LOCAL_START_FAILED', '');
}
