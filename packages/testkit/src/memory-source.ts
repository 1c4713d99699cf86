import { type ItemOrigin, MillraceError, type RangedSource } from '@millrace/core';
import { check, checkOptions, type OpenedItem } from '@millrace/core/plugin';
import { untilAborted } from './until-aborted.ts';

/** Where an object of a {@link memorySource} is; with a version, the reference is pinned to it. */
export interface MemoryRef {
  readonly name: string;
  readonly version?: number;
}

/** A call that a test may delay, or break by throwing. */
export interface MemoryRead {
  readonly name: string;
  readonly version: number;
  /** Number of the opening of this object, from 1. */
  readonly opening: number;
  /**
   * Number of the chunk that comes next, from 0; the number of chunks for the end; -1 for the opening itself.
   * Where ranges are read, the number of those that were asked for before.
   */
  readonly chunk: number;
  /** The range that is asked for. */
  readonly range?: { readonly start: number; readonly length: number };
}

export interface MemorySourceOptions<T> {
  /** Chunks by object name; `put` adds more. @default none */
  readonly objects?: Readonly<Record<string, readonly T[]>>;
  /** Called before each step of a read. What it throws breaks the read there. @default nothing */
  readonly before?: (read: MemoryRead) => void | Promise<void>;
}

/** A source that reads objects from memory, and tells what was done with them. */
export interface MemorySource<T> extends RangedSource<MemoryRef, T> {
  /** Stores an object, as a new version if the name exists. */
  readonly put: (name: string, chunks: readonly T[]) => MemoryRef;
  /** References to every object, in the order of their names. */
  readonly refs: () => readonly MemoryRef[];
  /** The steps of all reads so far. */
  readonly reads: readonly MemoryRead[];
  /** Items that were opened and not closed: 0 once a run is over. */
  readonly unclosed: () => number;
}

interface StoredObject<T> {
  readonly version: number;
  readonly chunks: readonly T[];
  openings: number;
}

interface Signalled {
  readonly signal: AbortSignal;
}

interface OpenObject<T> {
  readonly chunks: readonly T[];
  readonly opening: Pick<MemoryRead, 'name' | 'version' | 'opening'>;
  readonly item: Omit<OpenedItem, 'close'> & { readonly close: () => void };
}

/**
 * Makes a source for tests whose objects are in memory. It meets clauses 2.1 to 2.11 of the contract.
 *
 * Opening rejects with `MEMORY_NOT_FOUND`, or with `MEMORY_CHANGED` if the reference names another version. Ranges refer to
 * the joined chunks, in UTF-8 if they are text. A range rejects with `MEMORY_NO_BYTES` if the chunks are neither bytes nor
 * text, and with `MEMORY_RANGE_INVALID` if it is beyond their end.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const source = memorySource({ objects: { a: [Buffer.from('one\ntwo\n')] } });
 */
export function memorySource<T = Uint8Array>(options: MemorySourceOptions<T> = {}): MemorySource<T> {
  checkOptions('memorySource', options, {
    objects: check.optional(check.object),
    before: check.optional(check.callback),
  });
  const stored = new Map<string, StoredObject<T>>();
  const reads: MemoryRead[] = [];
  let unclosed = 0;
  const step = async (read: MemoryRead, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    reads.push(read);
    await untilAborted(Promise.resolve(options.before?.(read)), signal);
    signal.throwIfAborted();
  };
  const put = (name: string, chunks: readonly T[]): MemoryRef => {
    const version = (stored.get(name)?.version ?? 0) + 1;
    stored.set(name, { version, chunks: [...chunks], openings: 0 });
    return { name, version };
  };
  for (const [name, chunks] of Object.entries(options.objects ?? {})) put(name, chunks);

  const openObject = async ({ name, version: wanted }: MemoryRef, signal: AbortSignal): Promise<OpenObject<T>> => {
    const object = stored.get(name);
    if (object === undefined) throw new MillraceError('MEMORY_NOT_FOUND', `There is no object ${name} in memory.`);
    const { version, chunks } = object;
    if (wanted !== undefined && wanted !== version) {
      throw new MillraceError('MEMORY_CHANGED', `${name} has version ${version} by now, not ${wanted}.`);
    }
    const opening = { name, version, opening: (object.openings += 1) };
    await step({ ...opening, chunk: -1 }, signal);
    unclosed += 1;
    const uri = `memory:${name}`;
    const origin = {
      id: `${uri}?version=${version}`,
      uri,
      versionId: String(version),
      lastModified: new Date(Date.UTC(2026, 0, 1, 0, 0, version)).toISOString(),
    };
    return { chunks, opening, item: { origin, close: () => void (unclosed -= 1) } };
  };

  return Object.freeze({
    name: 'memory',
    describe: ({ name }: MemoryRef) => `memory:${name}`,
    refOf: ({ uri, versionId }: ItemOrigin) => ({ name: uri.slice('memory:'.length), version: Number(versionId) }),
    put,
    reads,
    refs: () =>
      [...stored].map(([name, { version }]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    unclosed: () => unclosed,
    open: async (ref: MemoryRef, { signal }: Signalled) => {
      const { chunks, opening, item } = await openObject(ref, signal);
      return {
        ...item,
        chunks: async function* ({ signal: stop }: Signalled) {
          for (const [chunk, content] of chunks.entries()) {
            await step({ ...opening, chunk }, stop);
            yield content;
          }
          await step({ ...opening, chunk: chunks.length }, stop);
        },
      };
    },
    openRanges: async (ref: MemoryRef, { signal }: Signalled) => {
      const { chunks, opening, item } = await openObject(ref, signal);
      const content = joinedOr(item.close, ref.name, chunks);
      let asked = 0;
      return {
        ...item,
        size: content.length,
        read: async (start: number, length: number, { signal: stop }: Signalled) => {
          await step({ ...opening, chunk: asked++, range: { start, length } }, stop);
          if (start + length > content.length) {
            const message = `${item.origin.uri} has ${content.length} bytes, not ${length} from ${start} on.`;
            throw new MillraceError('MEMORY_RANGE_INVALID', message);
          }
          return content.slice(start, start + length);
        },
      };
    },
  });
}

function joinedOr(giveUp: () => void, name: string, chunks: readonly unknown[]): Uint8Array {
  const bytes = chunks.map((chunk) => {
    if (typeof chunk === 'string') return Buffer.from(chunk);
    if (chunk instanceof Uint8Array) return chunk;
    giveUp();
    throw new MillraceError('MEMORY_NO_BYTES', `${name} holds neither bytes nor text, so it has no ranges.`);
  });
  // Not a Buffer: its `slice` would be a view of the content.
  return Uint8Array.from(Buffer.concat(bytes));
}
