import { type Feed, MillraceError } from '@millrace/core';
import { inShare, isShare } from '@millrace/core/plugin';
import type { LoadedConfig } from '../config/load-config.ts';
import { parseMoment } from './moment.ts';

/** Options that choose objects from a listing. */
export interface ListingOptions {
  readonly prefix?: string;
  readonly since?: string;
  readonly share?: string;
}

/** The objects that a command is about. */
export interface ChosenObjects {
  readonly refs: AsyncIterable<unknown>;
  /** Whether they come from a listing, and not from the command line. */
  readonly isListing: boolean;
}

type Place = Readonly<Record<string, unknown>>;

/**
 * The objects that the command line names; or else those that the feed's source lists.
 *
 * @throws MillraceError `CLI_REFERENCE_INVALID`, `CLI_SOURCE_NEEDED`, `CLI_SOURCE_UNLISTED`, `CLI_ARGUMENT_INVALID`
 */
export function chooseObjects(
  feed: Feed<unknown>,
  config: LoadedConfig,
  names: readonly string[],
  options: ListingOptions,
  now: Date = new Date(),
): ChosenObjects {
  const isListing = names.length === 0;
  const since = options.since === undefined ? undefined : parseMoment('--since', options.since, now);
  const all = isListing ? listed(feed, config, options, since) : named(feed, names, options);
  if (options.share === undefined) return { refs: all, isListing };
  const isMine = inShare(checkedShare(options.share));
  return { refs: onlyShare(all, (ref) => isMine(feed.stages.source.describe(ref))), isListing };
}

function checkedShare(share: string): string {
  const expected = isShare(share);
  if (expected === undefined) return share;
  throw new MillraceError(
    'CLI_ARGUMENT_INVALID',
    `--share is ${JSON.stringify(share)}, and must be ${expected}. Write 1/4 for the first of four.`,
  );
}

async function* onlyShare(
  refs: AsyncIterable<unknown>,
  isIn: (ref: unknown) => boolean,
): AsyncGenerator<unknown, void, undefined> {
  for await (const ref of refs) if (isIn(ref)) yield ref;
}

function listed(
  feed: Feed<unknown>,
  { sources = {}, path }: LoadedConfig,
  { prefix }: ListingOptions,
  since: Date | undefined,
): AsyncIterable<unknown> {
  const place = sources[feed.name] as Place | undefined;
  if (place === undefined) {
    throw new MillraceError(
      'CLI_SOURCE_NEEDED',
      `Nothing says where the objects of feed ${feed.name} are. Name objects on the command line, or add sources.${feed.name} to ` +
        `${path}, such as { bucket: 'drop', prefix: 'prices/' }.`,
    );
  }
  return list(feed, { ...place, ...(prefix !== undefined && { prefix: within(place, prefix) }), ...filterOf(since) });
}

/** A source that lists by time takes `since`. One that does not refuses it. */
function filterOf(since: Date | undefined): Place {
  return since === undefined ? {} : { since };
}

/** A prefix beyond the feed's own place would lead to other feeds' objects. */
function within(place: Place, prefix: string): string {
  const own = place['prefix'];
  if (typeof own !== 'string' || prefix.startsWith(own)) return prefix;
  throw new MillraceError(
    'CLI_ARGUMENT_INVALID',
    `--prefix ${JSON.stringify(prefix)} is not within the feed's own prefix. Write the whole prefix, from ${JSON.stringify(own)} on.`,
  );
}

function list(feed: Feed<unknown>, query: Place): AsyncIterable<unknown> {
  const { source } = feed.stages;
  if (source.list === undefined) {
    throw new MillraceError(
      'CLI_SOURCE_UNLISTED',
      `Source ${source.name} of feed ${feed.name} cannot list. Name objects on the command line.`,
    );
  }
  return source.list(query as never);
}

/** All are checked before the first one is used: a slip in the last name should not end a run halfway. */
function named(
  feed: Feed<unknown>,
  names: readonly string[],
  { prefix, since }: ListingOptions,
): AsyncIterable<unknown> {
  if (prefix !== undefined || since !== undefined) {
    throw new MillraceError(
      'CLI_ARGUMENT_INVALID',
      '--prefix and --since choose from a listing. Leave them out, or name no objects.',
    );
  }
  return joined(names.map((name) => objectsAt(feed, name)));
}

async function* joined(parts: readonly AsyncIterable<unknown>[]): AsyncGenerator<unknown, void, undefined> {
  for (const part of parts) yield* part;
}

async function* one(ref: unknown): AsyncGenerator<unknown, void, undefined> {
  yield ref;
}

/** What one word of the command line names: an object, or all objects of a folder if it ends with a slash. */
function objectsAt(feed: Feed<unknown>, name: string): AsyncIterable<unknown> {
  const { source } = feed.stages;
  const [isFolder, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/(.*\/)?$/su.exec(name) ?? [];
  if (isFolder !== undefined && source.name === 's3') return list(feed, { bucket, prefix });
  const ref = source.parseReference?.(name);
  if (ref !== undefined) return one(ref);
  const example = source.name === 'file' ? 'data/prices.csv' : 's3://bucket/key';
  throw new MillraceError(
    'CLI_REFERENCE_INVALID',
    `${JSON.stringify(name)} is not an object that source ${source.name} of feed ${feed.name} knows. Write an object as reports ` +
      `show it, such as ${example}.`,
  );
}
