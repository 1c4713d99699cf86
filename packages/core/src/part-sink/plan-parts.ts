import type { Encoder } from '../encoder.ts';
import { MillraceError, toMillraceError } from '../millrace-error.ts';
import type { ItemOrigin } from '../origin.ts';
import type { PartItem } from '../part-store.ts';
import { feedFolder } from '../quarantine/keys.ts';
import type { Entry } from '../record-context.ts';
import { refusalOf } from '../refusal-of.ts';
import type { Refusal } from '../sink.ts';
import { textDigest } from '../text-digest.ts';
import { partitionInvalid, type PartitionOf, partitionPath } from './partition-path.ts';
import { positionOf } from './positions.ts';
import { utf8Counter } from './utf8-length.ts';

/** What decides which record goes where, and how it is written there. */
export interface PartPlanSettings<T> {
  readonly encode: Encoder<T>;
  readonly partition: PartitionOf<T> | undefined;
  /** Says why a partition's path cannot be part of a key. */
  readonly pathProblem: (item: PartItem, path: string) => string | undefined;
  /** Ordinals of a group. */
  readonly group: number;
  readonly maxPartBytes: number;
  readonly maxRecordBytes: number;
}

/** The records of one part. */
export interface PlannedPart {
  /** Path of its partition; empty without one. */
  readonly path: string;
  readonly texts: readonly string[];
}

/** All that one write holds of a group of ordinals. */
export interface PlannedGroup {
  readonly feed: string;
  readonly origin: ItemOrigin;
  readonly item: PartItem;
  /** First ordinal of the group, in twelve digits. */
  readonly first: string;
  readonly positions: readonly string[];
  /** By path; several where one would be too large. */
  readonly parts: readonly PlannedPart[];
}

interface PlacedText {
  readonly path: string;
  readonly text: string;
  readonly bytes: number;
}

interface OpenGroup<T> {
  readonly entry: Entry<T>;
  readonly item: PartItem;
  readonly first: string;
  readonly texts: Map<string, PlacedText>;
}

/**
 * Turns records into the texts of parts. It is a function of the records and their places alone: a group that comes again
 * gives the same parts. Two records of one place are one, the later.
 */
export async function planParts<T>(
  entries: readonly Entry<T>[],
  settings: PartPlanSettings<T>,
): Promise<{ readonly groups: readonly PlannedGroup[]; readonly refusals: readonly Refusal[] }> {
  const refusals: Refusal[] = [];
  const groups = new Map<string, OpenGroup<T>>();
  const items = await itemsOf(entries);
  const place = textPlacer(settings);
  for (const [index, entry] of entries.entries()) {
    const item = items.get(itemName(entry))!;
    try {
      const text = place(entry, item);
      const first = String(entry.ordinal - (entry.ordinal % settings.group)).padStart(12, '0');
      const name = `${item.digest}-${first}`;
      const group = groups.get(name) ?? { entry, item, first, texts: new Map<string, PlacedText>() };
      group.texts.set(positionOf(entry), text);
      groups.set(name, group);
    } catch (thrown) {
      refusals.push(refusalOf(index, toMillraceError(thrown, 'ENCODER_THREW')));
    }
  }
  const planned = [...groups.values()].map(({ entry, item, first, texts }) => ({
    feed: entry.feed,
    origin: entry.item,
    item,
    first,
    positions: [...texts.keys()],
    parts: partsOf(texts.values(), settings),
  }));
  return { groups: planned, refusals };
}

/** The feed belongs to it: two feeds may make other records of one item. */
function itemName({ feed, item }: Entry<unknown>): string {
  return JSON.stringify([feed, item.id]);
}

async function itemsOf(entries: readonly Entry<unknown>[]): Promise<ReadonlyMap<string, PartItem>> {
  const items = new Map<string, PartItem>();
  for (const entry of entries) {
    const name = itemName(entry);
    if (items.has(name)) continue;
    items.set(name, { feed: feedFolder(entry.feed), digest: await textDigest(name, 32) });
  }
  return items;
}

function textPlacer<T>(settings: PartPlanSettings<T>): (entry: Entry<T>, item: PartItem) => PlacedText {
  const { encode, partition, pathProblem, maxRecordBytes } = settings;
  const countBytes = utf8Counter();
  const fitting = new Set(['']);
  return (entry, item) => {
    const path = partition === undefined ? '' : partitionPath(partition, entry.value, entry);
    if (!fitting.has(path)) {
      const problem = pathProblem(item, path);
      if (problem !== undefined) throw partitionInvalid(`its path ${problem}`);
      fitting.add(path);
    }
    const text = encode.encode(entry.value, entry);
    if (typeof text !== 'string' || !text.isWellFormed()) throw outputInvalid(encode.name);
    const bytes = countBytes(text);
    if (bytes > maxRecordBytes) throw tooLarge(bytes, maxRecordBytes);
    return { path, text, bytes };
  };
}

function outputInvalid(encoder: string): MillraceError {
  return new MillraceError(
    'ENCODER_OUTPUT_INVALID',
    `${encoder} returned something other than valid Unicode text for the record, so it cannot be written. Correct the encoder.`,
    { details: { encoder } },
  );
}

function tooLarge(bytes: number, maxRecordBytes: number): MillraceError {
  return new MillraceError(
    'PART_RECORD_TOO_LARGE',
    `The record takes ${bytes} bytes, and maxRecordBytes is ${maxRecordBytes}. Leave something out, or raise the limit.`,
    { details: { bytes, maxRecordBytes } },
  );
}

function partsOf<T>(
  texts: Iterable<PlacedText>,
  { encode: { header = '', separator = '', footer = '' }, maxPartBytes }: PartPlanSettings<T>,
): readonly PlannedPart[] {
  const countBytes = utf8Counter();
  const frameBytes = countBytes(header) + countBytes(footer);
  const separatorBytes = countBytes(separator);
  const full: PlannedPart[] = [];
  const open = new Map<string, { path: string; texts: string[]; bytes: number }>();
  for (const { path, text, bytes } of texts) {
    let part = open.get(path);
    if (part !== undefined && part.bytes + separatorBytes + bytes > maxPartBytes) {
      full.push(part);
      part = undefined;
    }
    if (part === undefined) open.set(path, (part = { path, texts: [], bytes: frameBytes }));
    part.bytes += bytes + (part.texts.length === 0 ? 0 : separatorBytes);
    part.texts.push(text);
  }
  // Those of one path stay in the order of their records.
  return [...full, ...open.values()];
}
