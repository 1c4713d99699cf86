import type { Backend } from './backend.ts';
import { installed } from './installed.ts';
import { judge, type Verdict } from './judge.ts';
import type { KnownFailure } from './known-failure.ts';
import { leftovers } from './leftovers.ts';
import { runSuites } from './run-suites.ts';
import { startBackend } from './start-backend.ts';
import { suitesFor } from './suites.ts';

/** Not the region that the SDK's examples and this repository's tests have by default. */
const REGION = 'eu-central-1';
/** DynamoDB Local takes letters and digits alone. */
const KEY = 'millrace';

export interface BackendRun extends Verdict {
  readonly packages: readonly string[];
  /** Buckets and tables that the tests did not remove. */
  readonly left: readonly string[];
}

/** Installs and starts a backend, runs the tests against it, and stops it. */
export async function runBackend(
  backend: Backend,
  failures: readonly KnownFailure[],
  workers: number,
): Promise<BackendRun> {
  const folder = await installed(backend);
  await using running = await startBackend(backend, folder);
  const { endpoint } = running;
  const packages = suitesFor(backend.services);
  console.log(`${backend.name}: running the tests of ${packages.join(', ')}`);
  const named = (service: 's3' | 'dynamodb'): string | undefined =>
    backend.services.includes(service) ? endpoint : undefined;
  const credentials = { accessKeyId: KEY, secretAccessKey: KEY };
  const env = {
    AWS_ENDPOINT_URL: undefined,
    AWS_ENDPOINT_URL_S3: named('s3'),
    AWS_ENDPOINT_URL_DYNAMODB: named('dynamodb'),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
  };
  const results = await runSuites({ packages, env, folder, workers });
  const left = await leftovers(backend.services, { endpoint, region: REGION, credentials });
  const own = failures.filter((failure) => failure.backend === backend.name);
  return { ...judge(results, own), packages, left };
}
