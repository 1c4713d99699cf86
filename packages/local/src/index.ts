export type { Delivery } from './delivery.ts';
export { endpointsForTests, type TestClientConfig, type TestEndpoints } from './endpoints-for-tests.ts';
export type { InvocationContext } from './invocation-context.ts';
export type { ObjectCreatedSubscription } from './object-created-subscription.ts';
export type { S3Event, S3EventRecord } from './s3-event.ts';
export {
  type LocalAws,
  type LocalAwsEnv,
  type LocalAwsOptions,
  type LocalObject,
  startLocalAws,
} from './start-local-aws.ts';
