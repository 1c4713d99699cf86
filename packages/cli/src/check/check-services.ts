import type { Feed, Finding, Probe, ProbeContext } from '@millrace/core';
import { findingOf } from '@millrace/core/plugin';
import type { S3ListQuery } from '@millrace/s3';
import type { LoadedConfig } from '../config/load-config.ts';
import type { FeedFinding } from './check-config-feeds.ts';

/** Looks at every service that the feeds need, all at once, without writing to any. */
export async function checkServices(
  { ledger, quarantine, sources = {} }: LoadedConfig,
  feeds: readonly Feed<unknown>[],
  signal: AbortSignal,
): Promise<readonly FeedFinding[]> {
  const looks = [
    ...feeds.flatMap((feed) => [lookAtSource(feed, sources[feed.name], signal), lookAtSink(feed, signal)]),
    ...(ledger === undefined ? [] : [look({ role: 'ledger', plugin: ledger, signal })]),
    ...(quarantine === undefined ? [] : [look({ role: 'quarantine', plugin: quarantine, signal })]),
  ];
  return (await Promise.all(looks)).flat();
}

function lookAtSource(
  { name, stages: { source } }: Feed<unknown>,
  query: object | undefined,
  signal: AbortSignal,
): Promise<readonly FeedFinding[]> {
  if (query === undefined) return Promise.resolve([]);
  return look({ role: 'source', plugin: source, signal, feed: name, query });
}

function lookAtSink({ name, stages: { sink } }: Feed<unknown>, signal: AbortSignal): Promise<readonly FeedFinding[]> {
  return look({ role: 'sink', plugin: sink, signal, feed: name });
}

interface Look {
  readonly role: string;
  readonly plugin: { readonly name: string; readonly probe?: unknown };
  readonly signal: AbortSignal;
  readonly feed?: string;
  readonly query?: object;
}

async function look({ role, plugin, signal, feed, query }: Look): Promise<readonly FeedFinding[]> {
  const of = (finding: Finding): FeedFinding => ({
    ...finding,
    subject: `${role}: ${finding.subject}`,
    ...(feed !== undefined && { feed }),
  });
  try {
    const found = (await ownProbe(plugin, query, signal)) ?? (await probeByPackage(plugin, query, signal));
    if (found !== undefined) return found.map((finding) => of(finding));
  } catch (error) {
    return [of(findingOf(plugin.name, error))];
  }
  const message = `${plugin.name} cannot be looked at without using it.`;
  const remedy = 'Try a small object with `run`.';
  return [of({ level: 'warning', subject: plugin.name, code: 'CLI_PROBE_MISSING', message, remedy })];
}

/** What a plugin says of its service by itself. */
async function ownProbe(
  { probe }: Look['plugin'],
  query: object | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[] | undefined> {
  if (probe === undefined) return undefined;
  if (query === undefined) return (probe as Probe)({ signal });
  return (probe as (query: object, context: ProbeContext) => Promise<readonly Finding[]>)(query, { signal });
}

/** The packages for AWS keep this apart from their plugins, which are in the bundles of functions. */
async function probeByPackage(
  plugin: Look['plugin'],
  query: object | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[] | undefined> {
  if (plugin.name === 'dynamodb') return (await import('@millrace/dynamodb')).probeTable(plugin, { signal });
  if (plugin.name === 's3') return (await import('@millrace/s3')).probeBucket(plugin, { signal }, query as S3ListQuery);
  return undefined;
}
