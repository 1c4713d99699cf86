import { type Feed, MillraceError, type ReadableQuarantine, type Rejection } from '@millrace/core';
import { textDigest } from '@millrace/core/plugin';
import type { LoadedConfig } from '../config/load-config.ts';
import { parseMoment } from '../objects/moment.ts';

/** Options that choose rejected records. */
export interface RejectionFilter {
  /** Only records rejected with this code. */
  readonly code?: string;
  /** Only records of this object, or of objects whose location begins with this text and a star. */
  readonly source?: string;
  /** Only records of objects that were written since. */
  readonly since?: string;
  /** Also those that a replay has delivered. */
  readonly settled?: boolean;
}

/** A rejection, and the id that people use for it. */
export interface KeptRejection {
  /** 10 hexadecimal digits of a digest of feed, version and position. The same record has the same id for ever. */
  readonly id: string;
  readonly rejection: Rejection;
}

/**
 * The configured quarantine, if it can be read.
 *
 * @throws MillraceError `CLI_QUARANTINE_NEEDED`
 */
export function readableQuarantine({ quarantine, path }: LoadedConfig): ReadableQuarantine {
  if (quarantine?.rejections !== undefined && quarantine.settle !== undefined) return quarantine as ReadableQuarantine;
  const why =
    quarantine === undefined ? 'has no quarantine' : `has a quarantine (${quarantine.name}) that cannot be read`;
  throw new MillraceError(
    'CLI_QUARANTINE_NEEDED',
    `${path} ${why}. Add one that can be read, such as s3Quarantine({ bucket }), the one that the deployed handlers write to.`,
  );
}

/** The rejected records of feeds that pass a filter. Notes about whole objects (`scope: 'item'`) are not among them. */
export async function* keptRejections(
  quarantine: ReadableQuarantine,
  feeds: readonly Feed<unknown>[],
  filter: RejectionFilter,
  now: Date = new Date(),
): AsyncGenerator<KeptRejection, void, undefined> {
  const passes = filterOf(filter, now);
  const uri = filter.source?.endsWith('*') === false ? filter.source : undefined;
  for (const feed of feeds) {
    const query = { feed: feed.name, settled: filter.settled === true, ...(uri !== undefined && { uri }) };
    for await (const rejection of quarantine.rejections(query)) {
      if (rejection.scope !== 'item' && passes(rejection)) yield { id: await idOf(rejection), rejection };
    }
  }
}

function filterOf({ code, source, since }: RejectionFilter, now: Date): (rejection: Rejection) => boolean {
  const from = since === undefined ? undefined : parseMoment('--since', since, now).toISOString();
  const start = source?.endsWith('*') === true ? source.slice(0, -1) : undefined;
  return (rejection) =>
    (code === undefined || rejection.code === code) &&
    (start === undefined || rejection.item.uri.startsWith(start)) &&
    (from === undefined || (rejection.item.lastModified ?? '') >= from);
}

function idOf({ feed, item, ordinal, branch }: Rejection): Promise<string> {
  return textDigest(JSON.stringify([feed, item.id, ordinal, branch]), 10);
}

/**
 * Whether a word names this rejection: the beginning of its id, four characters at least, or its object and line as
 * `s3://bucket/key#204`.
 */
function isNamed({ id, rejection }: KeptRejection, word: string): boolean {
  if (/^[0-9a-f]{4,10}$/.test(word)) return id.startsWith(word);
  return rejection.line !== undefined && word === `${rejection.item.uri}#${rejection.line}`;
}

/**
 * Finds the rejections that words name. Each word must name exactly one.
 *
 * @throws MillraceError `CLI_REJECTION_UNKNOWN`, `CLI_REJECTION_AMBIGUOUS`
 */
export async function namedRejections(
  kept: AsyncIterable<KeptRejection>,
  words: readonly string[],
): Promise<readonly KeptRejection[]> {
  const found = new Map<string, KeptRejection>();
  for await (const one of kept) {
    const word = words.find((name) => isNamed(one, name));
    if (word === undefined) continue;
    const other = found.get(word);
    if (other !== undefined) {
      throw new MillraceError(
        'CLI_REJECTION_AMBIGUOUS',
        `${word} names ${other.id} and ${one.id}. Write more characters of the id.`,
      );
    }
    found.set(word, one);
  }
  const missing = words.find((word) => !found.has(word));
  if (missing === undefined) return words.map((word) => found.get(word)!);
  throw new MillraceError(
    'CLI_REJECTION_UNKNOWN',
    `No rejected record is named ${JSON.stringify(missing)}. \`millrace quarantine ls\` shows the ids; --settled includes those ` +
      'that a replay has delivered.',
  );
}
