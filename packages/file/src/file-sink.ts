import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { MillraceError, type Sink } from '@millrace/core';
import {
  check,
  checkOptions,
  type Context,
  encodeJsonLine,
  type Entry,
  type Refusal,
  refusalOf,
  rejectionPosition,
  toMillraceError,
} from '@millrace/core/plugin';
import { systemReason } from './system-reason.ts';
import { writeWhole } from './write-whole.ts';

export interface FileSinkOptions {
  /** Where the files are written. Made at the first write where it is missing. */
  readonly directory: string;
  /** Compress the files with gzip. @default false */
  readonly gzip?: boolean;
  /** Records of an item that one file has at most, before fan-out. Never change it for a directory that is in use. @default 10000 */
  readonly recordsPerFile?: number;
}

/** A record on its way into a file. */
interface Line {
  readonly position: string;
  readonly json: string;
}

/**
 * Makes a sink that writes records as NDJSON: for each 10,000 records of an item a file,
 * `<feed>/<object>-<version>/<first ordinal>.ndjson`, or `.ndjson.gz`. Object and version are digests: of feed and URI, and of the item's id.
 * A file is there whole or not at all, and is written over by a second delivery.
 *
 * What a replay brings goes to files of its own beside them, `<first ordinal>+<ordinal>.ndjson`, until the file of its group is
 * written anew with it. To know that, `.<first ordinal>.positions` tells which records a file holds.
 *
 * Records are written by `encodeJsonLine`: exactly, or refused with `JSON_VALUE_UNSUPPORTED`, as `NaN`, maps, sets and bytes are. A write rejects with `FILE_SINK_WRITE_FAILED`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function fileSink<T>(options: FileSinkOptions): Sink<T> {
  checkOptions('fileSink', options, {
    directory: check.text,
    gzip: check.optional(check.flag),
    recordsPerFile: check.optional(check.integer(2, 1_000_000)),
  });
  const { directory, gzip = false, recordsPerFile: group = 10_000 } = options;
  const extension = gzip ? '.ndjson.gz' : '.ndjson';
  const save = async (path: string, lines: readonly Line[], { signal }: Context): Promise<void> => {
    signal.throwIfAborted();
    const text = lines.map(({ json }) => `${json}\n`).join('');
    await writing(path, writeWhole(path, gzip ? gzipSync(text) : text));
  };
  /** Calls `act` for the records of each group, with the path of its file but for the extension. */
  const byGroup = async (
    entries: readonly Entry<T>[],
    { feed }: Context,
    act: (stem: string, lines: readonly Line[]) => Promise<void>,
  ): Promise<readonly Refusal[]> => {
    const refusals: Refusal[] = [];
    const groups = new Map<string, Map<string, Line>>();
    for (const [index, { value, item, ordinal, branch }] of entries.entries()) {
      let json: string;
      try {
        json = encodeJsonLine(value);
      } catch (thrown) {
        // What a value's own toJSON throws is this record's matter, too.
        refusals.push(refusalOf(index, toMillraceError(thrown, 'JSON_VALUE_UNSUPPORTED')));
        continue;
      }
      const first = rejectionPosition({ ordinal: ordinal - (ordinal % group), branch: '' });
      const stem = join(directory, feed, `${objectName(feed, item.uri)}-${digest(item.id)}`, first);
      const position = rejectionPosition({ ordinal, branch });
      const lines = groups.get(stem) ?? new Map<string, Line>();
      groups.set(stem, lines.set(position, { position, json }));
    }
    for (const [stem, lines] of groups) await act(stem, [...lines.values()]);
    return refusals;
  };

  return Object.freeze<Sink<T>>({
    name: 'file',
    limits: { count: group },
    group,
    concurrency: 4,
    write: (entries, context) =>
      byGroup(entries, context, async (stem, lines) => {
        await save(stem + extension, lines, context);
        const held = new Set(lines.map(({ position }) => position));
        await writing(stem, writeWhole(positionsPath(stem), [...held].join('\n')));
        // A replay that comes at the same time looks at the positions after it has written, so that one of us finds the other.
        for (const [position, path] of await replayed(stem)) if (held.has(position)) await rm(path, { force: true });
      }),
    writeSingly: (entries, context) =>
      byGroup(entries, context, async (stem, lines) => {
        for (const line of lines) {
          const path = `${stem}+${line.position}${extension}`;
          await save(path, [line], context);
          if ((await positions(stem)).has(line.position)) await rm(path, { force: true });
        }
      }),
  });
}

/** File systems that do not distinguish capitals would mix two feeds whose names differ in nothing else. */
function objectName(feed: string, uri: string): string {
  return digest(JSON.stringify([feed, uri]));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function positionsPath(stem: string): string {
  return stem.replace(/\d+$/, '.$&.positions');
}

async function positions(stem: string): Promise<ReadonlySet<string>> {
  const path = positionsPath(stem);
  const text = await writing(path, readFile(path, 'utf8').catch(orNone('')));
  return new Set(text.split('\n'));
}

/** The files of single records that replays brought, by their record's position. */
async function replayed(stem: string): Promise<readonly (readonly [position: string, path: string])[]> {
  const folder = dirname(stem);
  const start = `${stem.slice(folder.length + 1)}+`;
  const names = await writing(folder, readdir(folder).catch(orNone<string[]>([])));
  return names
    .filter((name) => name.startsWith(start))
    .map((name) => [name.slice(start.length).replace(/\.ndjson(\.gz)?$/, ''), join(folder, name)] as const);
}

function orNone<T>(none: T): (error: unknown) => T {
  return (error) => {
    if (systemReason(error).reason === 'ENOENT') return none;
    throw error;
  };
}

function writing<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    const { reason, message } = systemReason(cause);
    throw new MillraceError('FILE_SINK_WRITE_FAILED', `Records could not be written to ${path}: ${message}`, {
      cause,
      details: { path, reason },
    });
  });
}
