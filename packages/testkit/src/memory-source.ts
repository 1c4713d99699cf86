import { check, checkOptions, MillraceError, type Source } from '@millrace/core';
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
  /** Number of the chunk that comes next, from 0; the number of chunks for the end; -1 for the opening itself. */
  readonly chunk: number;
}

export interface MemorySourceOptions<T> {
  /** Chunks by object name; `put` adds more. @default none */
  readonly objects?: Readonly<Record<string, readonly T[]>>;
  /** Called before each step of a read. What it throws breaks the read there. @default nothing */
  readonly before?: (read: MemoryRead) => void | Promise<void>;
}

/** A source that reads objects from memory, and tells what was done with them. */
export interface MemorySource<T> extends Source<MemoryRef, T> {
  /** Stores an object, as a new version where there is one of this name. */
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

/**
 * A source whose objects a test holds in memory: `feed('test').from(memorySource({ objects: { a: [bytes] } }))`. It keeps
 * the contract's clauses 2.1 to 2.8, so that what a test sees is not the source's doing.
 *
 * Opening rejects with `MEMORY_NOT_FOUND`, or with `MEMORY_CHANGED` where the reference names another version.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
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

  return Object.freeze({
    name: 'memory',
    describe: ({ name }: MemoryRef) => `memory:${name}`,
    put,
    reads,
    refs: () =>
      [...stored].map(([name, { version }]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    unclosed: () => unclosed,
    open: async ({ name, version: wanted }: MemoryRef, { signal }: { readonly signal: AbortSignal }) => {
      const object = stored.get(name);
      if (object === undefined) throw new MillraceError('MEMORY_NOT_FOUND', `There is no object ${name} in memory.`);
      const { version, chunks } = object;
      if (wanted !== undefined && wanted !== version) {
        throw new MillraceError('MEMORY_CHANGED', `${name} has version ${version} by now, not ${wanted}.`);
      }
      const opening = (object.openings += 1);
      await step({ name, version, opening, chunk: -1 }, signal);
      unclosed += 1;
      const uri = `memory:${name}`;
      return {
        origin: {
          id: `${uri}?version=${version}`,
          uri,
          versionId: String(version),
          lastModified: new Date(Date.UTC(2026, 0, 1, 0, 0, version)).toISOString(),
        },
        chunks: async function* ({ signal: stop }: { readonly signal: AbortSignal }) {
          for (const [chunk, content] of chunks.entries()) {
            await step({ name, version, opening, chunk }, stop);
            yield content;
          }
          await step({ name, version, opening, chunk: chunks.length }, stop);
        },
        close: () => {
          unclosed -= 1;
        },
      };
    },
  });
}
