import { startLocalAws } from './start-local-aws.ts';

/** Configuration of an SDK client: `new S3Client(endpoints.s3)`. */
export interface TestClientConfig {
  readonly endpoint: string;
  readonly region: string;
  /** Absent for endpoints from the environment, for which the SDK finds credentials itself. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Endpoints of S3 and DynamoDB for integration tests. */
export interface TestEndpoints extends AsyncDisposable {
  readonly s3: TestClientConfig & { readonly forcePathStyle: boolean };
  readonly dynamodb: TestClientConfig;
  /** Stops the local servers if they were started. */
  readonly stop: () => Promise<void>;
}

/**
 * Returns the endpoints for integration tests. It uses those in `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL_DYNAMODB`
 * (another emulator, or an account), and starts the local servers for those that are unset. Region and credentials of
 * endpoints from the environment come from the SDK's own variables and files; `AWS_REGION` defaults to `us-east-1`.
 *
 * @throws MillraceError `LOCAL_START_FAILED`
 * @example
 * await using at = await endpointsForTests();
 * const s3 = new S3Client(at.s3);
 */
export async function endpointsForTests(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<TestEndpoints> {
  const { AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL_DYNAMODB: dynamodb, AWS_REGION: region = 'us-east-1' } = env;
  const local = s3 && dynamodb ? undefined : await startLocalAws({ region });
  const at = (named: string | undefined, own: string | undefined): TestClientConfig =>
    named || local === undefined
      ? { endpoint: named ?? '', region }
      : { endpoint: own ?? '', region, credentials: local.credentials };
  const stop = async (): Promise<void> => {
    await local?.stop();
  };
  return Object.freeze({
    // Only Amazon resolves bucket names as host names.
    s3: { ...at(s3, local?.s3Endpoint), forcePathStyle: !/\.amazonaws\.com(\.cn)?(:\d+)?\/?$/.test(s3 ?? '') },
    dynamodb: at(dynamodb, local?.dynamodbEndpoint),
    stop,
    [Symbol.asyncDispose]: stop,
  });
}
