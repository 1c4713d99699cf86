import { createHash } from 'node:crypto';
import { isMillraceError, type ItemOrigin } from '@millrace/core';
import type { Entry, Refusal } from '@millrace/core/plugin';
import type { LineMaker } from './line-maker.ts';
import { invalid, type PartitionOf, partitionPath } from './partition-path.ts';
import { positionOf } from './positions.ts';
import { RecordRefused } from './refusal.ts';

/** What decides which record goes where, and how it is written there. */
export interface PartPlanSettings<T> {
  readonly prefix: string;
  readonly lines: LineMaker<T>;
  readonly partition: PartitionOf<T> | undefined;
  /** Ordinals of a group. */
  readonly group: number;
  readonly maxPartBytes: number;
  readonly maxRecordBytes: number;
}

/** Text of one object. */
export interface PlannedPart {
  readonly folder: string;
  readonly lines: readonly string[];
  readonly bytes: number;
}

/** All that one write holds of a group of ordinals. */
export interface PlannedGroup {
  readonly feed: string;
  readonly item: ItemOrigin;
  readonly first: number;
  /** Names the group among those of all items and feeds; digits of a digest, and the first ordinal. */
  readonly name: string;
  readonly positions: readonly string[];
  /** By folder; several where one would be too large. */
  readonly parts: readonly PlannedPart[];
}

interface Line {
  readonly folder: string;
  readonly text: string;
}

/** S3's limit on a key, in bytes of UTF-8, less what the longest name takes. */
const MAX_FOLDER_BYTES = 1024 - 96;

/**
 * Turns records into the texts of objects. It is a function of the records and their places alone: a group that comes again
 * gives the same objects. Two records of one place are one, the later.
 */
export function planParts<T>(
  entries: readonly Entry<T>[],
  settings: PartPlanSettings<T>,
): { readonly groups: readonly PlannedGroup[]; readonly refusals: readonly Refusal[] } {
  const refusals: Refusal[] = [];
  const groups = new Map<string, { readonly entry: Entry<T>; readonly lines: Map<string, Line> }>();
  const digests = new Map<string, string>();
  const digestOf = ({ feed, item }: Entry<T>): string => {
    const digest = digests.get(item.id) ?? itemDigest(feed, item.id);
    digests.set(item.id, digest);
    return digest;
  };
  for (const [index, entry] of entries.entries()) {
    try {
      const line = lineOf(entry, settings);
      const name = `${digestOf(entry)}-${String(firstOf(entry, settings.group)).padStart(12, '0')}`;
      const group = groups.get(name) ?? { entry, lines: new Map<string, Line>() };
      group.lines.set(positionOf(entry), line);
      groups.set(name, group);
    } catch (thrown) {
      refusals.push({ position: index, ...refusalOf(thrown) });
    }
  }
  const planned = [...groups].map(([name, { entry, lines }]) => ({
    name,
    feed: entry.feed,
    item: entry.item,
    first: firstOf(entry, settings.group),
    positions: [...lines.keys()],
    parts: partsOf(lines.values(), settings),
  }));
  return { groups: planned, refusals };
}

/** A column's or a partition's function may throw whatever it likes: it is this record's matter. */
function refusalOf(thrown: unknown): Omit<Refusal, 'position'> {
  if (thrown instanceof RecordRefused) {
    return { code: thrown.code, message: thrown.message, ...(thrown.cause !== undefined && { cause: thrown.cause }) };
  }
  if (isMillraceError(thrown)) {
    const { code, message, details, cause } = thrown;
    return { code, message, cause, ...(details !== undefined && { details }) };
  }
  // A thrown error may quote the record; it stays in the cause.
  const message = `The function of a column threw ${thrown instanceof Error ? thrown.name : typeof thrown}.`;
  return { code: 'S3_RECORD_INVALID', message, cause: thrown };
}

function lineOf<T>(entry: Entry<T>, { prefix, lines, partition, maxRecordBytes }: PartPlanSettings<T>): Line {
  const path = partition === undefined ? '' : partitionPath(partition, entry.value, entry);
  const folder = prefix + path;
  if (path !== '' && Buffer.byteLength(folder) > MAX_FOLDER_BYTES) {
    throw invalid(`The partition's path has more than ${MAX_FOLDER_BYTES} bytes.`);
  }
  const text = lines.line(entry.value, entry);
  // A character has three bytes of UTF-8 at most for each of its units.
  if (text.length * 3 > maxRecordBytes && Buffer.byteLength(text) > maxRecordBytes) {
    const message = `The record has ${Buffer.byteLength(text)} bytes, and maxRecordBytes is ${maxRecordBytes}.`;
    throw new RecordRefused('S3_RECORD_TOO_LARGE', message);
  }
  return { folder, text };
}

function partsOf<T>(
  lines: Iterable<Line>,
  { lines: maker, maxPartBytes }: PartPlanSettings<T>,
): readonly PlannedPart[] {
  const headBytes = Buffer.byteLength(maker.head);
  const full: PlannedPart[] = [];
  const open = new Map<string, { folder: string; lines: string[]; bytes: number }>();
  for (const { folder, text } of lines) {
    const bytes = Buffer.byteLength(text) + 1;
    let part = open.get(folder);
    if (part !== undefined && part.bytes + bytes > maxPartBytes) {
      full.push(part);
      part = undefined;
    }
    if (part === undefined) open.set(folder, (part = { folder, lines: [], bytes: headBytes }));
    part.lines.push(text);
    part.bytes += bytes;
  }
  // Those of one folder stay in the order of their records.
  return [...full, ...open.values()];
}

function firstOf({ ordinal }: Entry<unknown>, group: number): number {
  return ordinal - (ordinal % group);
}

/** The feed belongs to it: two feeds may make other records of one item. */
function itemDigest(feed: string, id: string): string {
  return createHash('sha256')
    .update(JSON.stringify([feed, id]))
    .digest('hex')
    .slice(0, 32);
}
