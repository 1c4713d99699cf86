import type { Rejection } from '../rejection.ts';
import { rejectionPosition } from '../rejection-position.ts';
import { textDigest } from '../text-digest.ts';

const PART = /^\d{12,}-[0-9a-f]{32}\.ndjson$/;
const MARKER = /^settled\/[0-9a-f]{32}\.json$/;

const KEY = /(?:^|\/)[^/]+\/[0-9a-f]{16}-[0-9a-f]{16}\/(?:\d{12,}-[0-9a-f]{32}\.ndjson|settled\/[0-9a-f]{32}\.json)$/;

/**
 * Whether a key has the form of those that `storedQuarantine` makes, also with something in front of it. For plugin authors: a
 * listing that leaves such keys out does not carry what a run has rejected as if it were data.
 */
export function isQuarantineKey(key: string): boolean {
  return KEY.test(key);
}

/** A feed's name as the name of a folder: within any other path, it stays below it. */
export function feedFolder(feed: string): string {
  return encodeURIComponent(feed).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
}

/** `<feed>/`, or `<feed>/<object>-` for the versions of one object. */
export async function prefixOf(feed: string, uri: string | undefined): Promise<string> {
  const folder = `${feedFolder(feed)}/`;
  return uri === undefined ? folder : `${folder}${await objectName(feed, uri)}-`;
}

/** `<feed>/<object>-<version>/`: the folder of one item. */
export async function folderOf({ feed, item }: Rejection): Promise<string> {
  return `${await prefixOf(feed, item.uri)}${await textDigest(item.id, 16)}/`;
}

/** File systems that do not tell capitals apart would mix two feeds whose names differ in nothing else. */
function objectName(feed: string, uri: string): Promise<string> {
  return textDigest(JSON.stringify([feed, uri]), 16);
}

/**
 * The key of a batch after its folder. It follows from which records were rejected, and where: the same batch has the same
 * key in every run, another one has another.
 */
export async function partName(sorted: readonly Rejection[]): Promise<string> {
  const places = sorted.map(({ ordinal, branch, stage }) => [ordinal, branch, stage]);
  const lowest = rejectionPosition({ ordinal: sorted[0]!.ordinal, branch: '' });
  return `${lowest}-${await textDigest(JSON.stringify(places), 32)}.ndjson`;
}

export async function markerName(marks: readonly string[]): Promise<string> {
  return `settled/${await textDigest(JSON.stringify(marks), 32)}.json`;
}

/** Ordinal of a part's first rejection. */
export function firstOrdinal(key: string): number {
  return Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 10);
}

/** What lies in the folder of one item; both lists hold whole keys. */
export interface ItemFolder {
  readonly folder: string;
  readonly parts: readonly string[];
  readonly markers: readonly string[];
}

/** Gathers ascending keys item by item. Keys of other shapes are somebody else's and left out. */
export async function* itemFolders(keys: AsyncIterable<string>): AsyncGenerator<ItemFolder, void, undefined> {
  let current: { folder: string; parts: string[]; markers: string[] } | undefined;
  for await (const key of keys) {
    const [feed, item, ...rest] = key.split('/');
    const folder = `${feed}/${item}/`;
    if (current?.folder !== folder) {
      if (current !== undefined) yield current;
      current = { folder, parts: [], markers: [] };
    }
    const name = rest.join('/');
    if (PART.test(name)) current.parts.push(key);
    else if (MARKER.test(name)) current.markers.push(key);
  }
  if (current !== undefined) yield current;
}
