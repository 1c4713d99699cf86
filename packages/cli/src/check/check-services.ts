import type { Feed, Finding, Probe } from '@millrace/core';
import { findingOf } from '@millrace/core/plugin';
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
    ...(ledger === undefined ? [] : [look('ledger', ledger, signal)]),
    ...(quarantine === undefined ? [] : [look('quarantine', quarantine, signal)]),
  ];
  return (await Promise.all(looks)).flat();
}

async function lookAtSource(
  { name, stages: { source } }: Feed<unknown>,
  query: object | undefined,
  signal: AbortSignal,
): Promise<readonly FeedFinding[]> {
  if (query === undefined) return [];
  const { probe } = source;
  return look(
    'source',
    { name: source.name, ...(probe && { probe: (context) => probe(query as never, context) }) },
    signal,
    name,
  );
}

function lookAtSink({ name, stages: { sink } }: Feed<unknown>, signal: AbortSignal): Promise<readonly FeedFinding[]> {
  return look('sink', sink, signal, name);
}

async function look(
  role: string,
  plugin: { readonly name: string; readonly probe?: Probe },
  signal: AbortSignal,
  feed?: string,
): Promise<readonly FeedFinding[]> {
  const of = (finding: Finding): FeedFinding => ({
    ...finding,
    subject: `${role}: ${finding.subject}`,
    ...(feed !== undefined && { feed }),
  });
  if (plugin.probe === undefined) {
    const message = `${plugin.name} cannot be looked at without using it.`;
    return [
      of({
        level: 'warning',
        subject: plugin.name,
        code: 'CLI_PROBE_MISSING',
        message,
        remedy: 'Try a small object with `run`.',
      }),
    ];
  }
  try {
    return (await plugin.probe({ signal })).map(of);
  } catch (error) {
    return [of(findingOf(plugin.name, error))];
  }
}
