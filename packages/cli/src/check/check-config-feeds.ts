import { type Feed, type Finding, isMillraceError } from '@millrace/core';
import { checkRun, findingOf } from '@millrace/core/plugin';
import type { LoadedConfig } from '../config/load-config.ts';

/** A finding, and the feed that it is about; none if it is about all. */
export interface FeedFinding extends Finding {
  readonly feed?: string;
}

/** What can be said of feeds and their configuration without asking a service. */
export function checkFeeds(config: LoadedConfig, feeds: readonly Feed<unknown>[]): readonly FeedFinding[] {
  return [...checkShared(config), ...feeds.flatMap((feed) => checkFeed(config, feed))];
}

function checkShared({ ledger, quarantine, path }: LoadedConfig): readonly FeedFinding[] {
  const findings: FeedFinding[] = [];
  const warn = (code: string, subject: string, message: string, remedy: string): void => {
    findings.push({ level: 'warning', code, subject, message, remedy });
  };
  if (ledger === undefined) {
    warn(
      'CLI_LEDGER_MISSING',
      'ledger',
      'No ledger is configured, so each run processes every object again, and status, failed, audit and trace have no data.',
      `Add a ledger to ${path}, such as dynamodbLedger({ table }).`,
    );
  } else if (ledger.name === 'memory') {
    warn(
      'CLI_LEDGER_FORGETS',
      'ledger',
      'It is in memory, and forgets everything when the process ends.',
      'Use one that lasts, such as dynamodbLedger({ table }).',
    );
  }
  if (quarantine === undefined) {
    warn(
      'CLI_QUARANTINE_MISSING',
      'quarantine',
      'No quarantine is configured, so the first rejected record fails its object.',
      `Add a quarantine to ${path}, such as s3Quarantine({ bucket }).`,
    );
  } else if (quarantine.rejections === undefined || quarantine.settle === undefined) {
    warn(
      'CLI_QUARANTINE_UNREADABLE',
      'quarantine',
      `Quarantine ${quarantine.name} cannot be read back, so rejected records cannot be shown or replayed.`,
      'Use one that can, as all of Millrace can.',
    );
  }
  return findings;
}

function checkFeed(config: LoadedConfig, feed: Feed<unknown>): readonly FeedFinding[] {
  const { sources = {}, ledger, quarantine, run, path } = config;
  const findings: FeedFinding[] = [];
  try {
    checkRun(feed, { ...run, ...(ledger && { ledger }), ...(quarantine && { quarantine }) });
    const { source, decoders, parser, eaches, sink } = feed.stages;
    const names = [source, ...decoders, parser, ...eaches, sink].map(({ name }) => name);
    findings.push({ level: 'ok', feed: feed.name, subject: 'options', message: `${names.join(' → ')}` });
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    findings.push({ ...findingOf('options', error), feed: feed.name });
  }
  if (sources[feed.name] === undefined) {
    findings.push({
      level: 'warning',
      feed: feed.name,
      subject: 'source',
      code: 'CLI_SOURCE_NEEDED',
      message: 'Nothing says where its objects are, so run needs their names, and reconcile and backfill cannot work.',
      remedy: `Add sources.${feed.name} to ${path}, such as { bucket: 'drop', prefix: 'prices/' }.`,
    });
  }
  return findings;
}
