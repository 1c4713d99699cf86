import { type Feed, MillraceError } from '@millrace/core';
import type { LocalAws } from '@millrace/local';
import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import type { Shell } from '../shell/shell.ts';

/** S3 and DynamoDB on this machine, with the buckets and tables that the configured feeds need. */
export interface LocalStack {
  readonly aws: LocalAws;
  readonly config: LoadedConfig;
  /** The feeds that read from S3, and where. */
  readonly feeds: readonly LocalFeed[];
}

export interface LocalFeed {
  readonly feed: Feed<unknown>;
  readonly bucket: string;
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * Starts the servers, points the AWS SDK of this process to them, and only then imports the configuration: what it makes finds the
 * local servers as it finds those of an account.
 *
 * @throws MillraceError `CLI_PACKAGE_MISSING`, `CLI_DEV_SOURCE`, and what starting and loading throw
 */
export async function startStack(shell: Shell): Promise<LocalStack> {
  const { startLocalAws } = await localPackage();
  const aws = await startLocalAws();
  try {
    Object.assign(process.env, aws.env);
    delete process.env['AWS_PROFILE'];
    const config = await loadConfig(shell.cwd, shell.options.config);
    const feeds = (config.feeds as readonly unknown[] as readonly Feed<unknown>[]).flatMap((feed) =>
      placed(config, feed),
    );
    if (feeds.length === 0) {
      throw new MillraceError(
        'CLI_DEV_SOURCE',
        `No feed of ${config.path} reads from S3. Add where its objects are: sources: { <feed>: { bucket: 'drop' } }.`,
      );
    }
    await createPlaces(aws, config, feeds);
    return { aws, config, feeds };
  } catch (error) {
    await aws.stop();
    throw error;
  }
}

async function localPackage(): Promise<typeof import('@millrace/local')> {
  try {
    return await import('@millrace/local');
  } catch (cause) {
    throw new MillraceError(
      'CLI_PACKAGE_MISSING',
      'The local S3 and DynamoDB are in @millrace/local. Run npm install --save-dev @millrace/local in this project.',
      { cause },
    );
  }
}

function placed({ sources = {} }: LoadedConfig, feed: Feed<unknown>): readonly LocalFeed[] {
  const { bucket, prefix = '', suffix = '' } = (sources[feed.name] ?? {}) as Partial<LocalFeed>;
  return feed.stages.source.name === 's3' && bucket !== undefined ? [{ feed, bucket, prefix, suffix }] : [];
}

async function createPlaces(aws: LocalAws, config: LoadedConfig, feeds: readonly LocalFeed[]): Promise<void> {
  const { ledger, quarantine } = config;
  const plugins = [
    ...feeds.map(({ feed }) => feed.stages.sink),
    ...(ledger === undefined ? [] : [ledger]),
    ...(quarantine === undefined ? [] : [quarantine]),
  ];
  const buckets = new Set(feeds.map(({ bucket }) => bucket));
  for (const plugin of plugins) {
    if (plugin.name === 'dynamodb') await (await import('@millrace/dynamodb')).createOwnTable(plugin);
    if (plugin.name !== 's3') continue;
    const bucket = (await import('@millrace/s3')).ownBucket(plugin);
    if (bucket !== undefined) buckets.add(bucket);
  }
  for (const bucket of buckets) await aws.createBucket(bucket);
}
