import { check, checkOptions } from './check-options.ts';
import type { Context } from './context.ts';
import { folderOf, isQuarantineKey, itemFolders, markerName, partName, prefixOf } from './quarantine/keys.ts';
import { mergeParts, unreadable } from './quarantine/merge-parts.ts';
import type { QuarantineStore } from './quarantine-store.ts';
import type { Entry } from './record-context.ts';
import type { QuarantineQuery, ReadableQuarantine, Rejection } from './rejection.ts';
import { rejectionToJson } from './rejection-json.ts';
import { rejectionPosition } from './rejection-position.ts';

const MAX_COUNT = 1000;
const MAX_BYTES = 8 * 1024 * 1024;

/** One settled rejection of a marker. */
interface Mark {
  readonly ordinal: number;
  readonly branch: string;
  readonly run: string;
}

/**
 * Makes a quarantine out of a place for texts. For plugin authors; users have `s3Quarantine` and `fileQuarantine`.
 *
 * Each batch becomes one text, a line of JSON for each rejection, under
 * `<feed>/<object>-<version>/<lowest ordinal>-<digest>.ndjson`. Object and version are digests of the item's URI and id,
 * and the last digest is of the records' places in it: a retry that rejects the same records overwrites itself, and other
 * batches never do. Nothing is changed or deleted: settled rejections are told by a marker,
 * `<feed>/<object>-<version>/settled/<digest>.json`.
 *
 * A record that later runs rejected again is read back once, as the newest of them kept it. It is settled only where that
 * one is. Memory while reading is bounded by the parts of an item that overlap, and by its number of keys.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` from `rejections`; while it is read, `QUARANTINE_UNREADABLE` and
 *   what the store throws
 */
export function storedQuarantine(store: QuarantineStore): ReadableQuarantine {
  return Object.freeze<ReadableQuarantine>({
    name: store.name,
    limits: { count: MAX_COUNT, bytes: MAX_BYTES },
    sizeOf: (rejection) => rejectionToJson(rejection).length,
    concurrency: store.concurrency ?? 1,
    write: (entries, context) => write(store, entries, context),
    rejections: (query) => {
      checkOptions('rejections', query, {
        feed: check.text,
        uri: check.optional(check.text),
        settled: check.optional(check.flag),
      });
      return { [Symbol.asyncIterator]: () => read(store, query) };
    },
    settle: (rejections) => settle(store, rejections),
    ...(store.keyOf && { holds: (uri: string) => isQuarantineKey(store.keyOf?.(uri) ?? '') }),
    ...(store.probe && { probe: store.probe }),
    ...(store.close && { close: store.close }),
  });
}

async function write(store: QuarantineStore, entries: readonly Entry<Rejection>[], { signal }: Context): Promise<void> {
  const sorted = entries.map(({ value }) => value).toSorted(byPosition);
  const { feed, item } = sorted[0]!;
  const key = (await folderOf(sorted[0]!)) + (await partName(sorted));
  const text = sorted.map((rejection) => `${rejectionToJson(rejection)}\n`).join('');
  await store.put(key, text, { feed, uri: item.uri }, signal);
}

async function* read(
  store: QuarantineStore,
  { feed, uri, settled = false }: QuarantineQuery,
): AsyncGenerator<Rejection, void, undefined> {
  for await (const { parts, markers } of itemFolders(store.list(await prefixOf(feed, uri)))) {
    const marks = settled ? undefined : await readMarks(store, markers);
    for await (const rejection of mergeParts(store, parts)) {
      const asked = rejection.feed === feed && (uri === undefined || rejection.item.uri === uri);
      if (asked && !marks?.has(markOf(rejection))) yield rejection;
    }
  }
}

async function readMarks(store: QuarantineStore, markers: readonly string[]): Promise<ReadonlySet<string>> {
  const marks = new Set<string>();
  for (const key of markers) {
    const { text } = await store.get(key);
    try {
      const { settled } = JSON.parse(text) as { readonly settled: readonly Mark[] };
      for (const mark of settled) marks.add(markOf(mark));
    } catch (cause) {
      throw unreadable(key, 'it is no marker of settled rejections', cause);
    }
  }
  return marks;
}

async function settle(store: QuarantineStore, rejections: readonly Rejection[]): Promise<void> {
  const items = Map.groupBy(rejections, ({ feed, item }) => JSON.stringify([feed, item.uri, item.id]));
  for (const [first, ...more] of items.values()) {
    const { feed, item } = first!;
    const sorted = [first!, ...more].toSorted(byPosition);
    const settled = sorted.map(({ ordinal, branch, run }): Mark => ({ ordinal, branch, run }));
    const key = (await folderOf(first!)) + (await markerName(settled.map(markOf)));
    await store.put(key, `${JSON.stringify({ feed, item: item.id, settled })}\n`, { feed, uri: item.uri });
  }
}

function markOf({ ordinal, branch, run }: Mark): string {
  return JSON.stringify([ordinal, branch, run]);
}

function byPosition(a: Rejection, b: Rejection): number {
  return rejectionPosition(a) < rejectionPosition(b) ? -1 : 1;
}
