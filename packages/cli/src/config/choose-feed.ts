import { type Feed, MillraceError } from '@millrace/core';
import type { MillraceConfig } from './define-config.ts';

/**
 * Returns the feed with this name; or, without a name, the only feed.
 *
 * @throws MillraceError `CLI_FEED_UNKNOWN`, `CLI_FEED_NEEDED`
 */
export function chooseFeed({ feeds }: MillraceConfig, name: string | undefined): Feed<unknown> {
  const all = anyFeeds(feeds);
  const names = all.map((feed) => feed.name).join(', ');
  if (name === undefined) {
    if (all.length === 1) return all[0]!;
    throw new MillraceError('CLI_FEED_NEEDED', `The configuration has ${all.length} feeds. Name one: ${names}.`);
  }
  const feed = all.find((one) => one.name === name);
  if (feed !== undefined) return feed;
  throw new MillraceError('CLI_FEED_UNKNOWN', `There is no feed ${JSON.stringify(name)}. Name one of these: ${names}.`);
}

/**
 * Separates what stands after a command into the feed and the rest. The feed's name can be left out if there is one feed.
 *
 * @throws MillraceError `CLI_FEED_UNKNOWN`, `CLI_FEED_NEEDED`
 */
export function feedAndRest(
  config: MillraceConfig,
  words: readonly string[],
): { readonly feed: Feed<unknown>; readonly rest: readonly string[] } {
  const [first, ...others] = words;
  const isName = config.feeds.some(({ name }) => name === first);
  if (isName || (first !== undefined && config.feeds.length > 1)) {
    return { feed: chooseFeed(config, first), rest: others };
  }
  return { feed: chooseFeed(config, undefined), rest: words };
}

/** The feed that an option names, or all. */
export function feedsNamed(config: MillraceConfig, name: string | undefined): readonly Feed<unknown>[] {
  return name === undefined ? anyFeeds(config.feeds) : [chooseFeed(config, name)];
}

/** A feed gets references from its own source only, which knows their type. */
function anyFeeds(feeds: MillraceConfig['feeds']): readonly Feed<unknown>[] {
  return feeds as readonly unknown[] as readonly Feed<unknown>[];
}
