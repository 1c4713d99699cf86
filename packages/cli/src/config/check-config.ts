import { type Feed, isMillraceError, MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConfiguredRun, MillraceConfig } from './define-config.ts';

/**
 * Checks that a value is a configuration.
 *
 * @throws MillraceError `CLI_CONFIG_INVALID`
 */
export function checkConfig(value: unknown, path: string): MillraceConfig {
  if (typeof value !== 'object' || value === null) {
    throw invalid(path, 'it has no default export. Write `export default defineConfig({ feeds: [yourFeed] })`.');
  }
  const config = value as MillraceConfig;
  try {
    checkOptions<MillraceConfig>('defineConfig', config, {
      feeds: (feeds) => (Array.isArray(feeds) && feeds.length > 0 ? undefined : 'a list of at least one feed'),
      ledger: check.optional(isLedger),
      quarantine: check.optional(isQuarantine),
      sources: check.optional(check.object),
      run: check.optional(check.object),
    });
    if (config.run !== undefined) checkRunMembers(config.run);
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    throw invalid(path, `${error.message} Correct it.`, error);
  }
  checkFeeds(config, path);
  return config;
}

function checkFeeds({ feeds, sources = {} }: MillraceConfig, path: string): void {
  const names = new Set<string>();
  for (const [at, feed] of feeds.entries()) {
    if (!isFeed(feed)) throw invalid(path, `feeds[${at}] is not a feed. End it with \`.to(sink)\`.`);
    if (names.has(feed.name)) throw invalid(path, `two feeds are named ${feed.name}. Give one another name.`);
    names.add(feed.name);
  }
  for (const [name, place] of Object.entries(sources)) {
    if (!names.has(name)) {
      throw invalid(path, `sources.${name} belongs to no feed. The feeds are ${[...names].join(', ')}.`);
    }
    if (typeof place !== 'object' || place === null) {
      throw invalid(
        path,
        `sources.${name} is not an object. Write what the feed's source lists, such as { bucket, prefix }.`,
      );
    }
  }
}

/** Values are checked by the run; an unknown name is found here, before a command needs it. */
function checkRunMembers(run: ConfiguredRun): void {
  checkOptions<ConfiguredRun>('defineConfig: run', run, {
    versions: check.anything,
    maxRejections: check.anything,
    allRejected: check.anything,
    expect: check.anything,
    leaseMs: check.anything,
    clockSkewMs: check.anything,
    checkpointRecords: check.anything,
    graceMs: check.anything,
    concurrency: check.anything,
  });
}

function isFeed(value: unknown): value is Feed<never> {
  const feed = value as Partial<Feed<never>> | null | undefined;
  return typeof feed?.name === 'string' && typeof feed.stages?.source.describe === 'function';
}

function isLedger(value: unknown): string | undefined {
  return typeof (value as { entries?: unknown } | null)?.entries === 'function' ? undefined : 'a ledger';
}

function isQuarantine(value: unknown): string | undefined {
  return typeof (value as { write?: unknown } | null)?.write === 'function' ? undefined : 'a quarantine';
}

function invalid(path: string, why: string, cause?: unknown): MillraceError {
  return new MillraceError('CLI_CONFIG_INVALID', `${path} is not a valid configuration: ${why}`, { cause });
}
