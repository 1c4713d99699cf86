import type { ClientHolder } from '../client-holder.ts';
import { s3Uri } from '../s3-ref.ts';
import { manifestInvalid, manifestText, type ManifestPart, positionsOf } from './manifest.ts';
import type { ObjectStore } from './object-store.ts';
import { partBody } from './part-body.ts';
import type { PlannedGroup, PlannedPart } from './part-plan.ts';
import { holdsPosition, positionRanges } from './positions.ts';
import { PIECE_BYTES, putPart } from './put-part.ts';

export interface PartWriterSettings {
  readonly bucket: string;
  readonly client: ClientHolder;
  readonly compress: 'gzip' | 'none';
  /** Ends the keys of parts. */
  readonly extension: string;
  readonly head: string;
  readonly manifestPrefix: string;
}

/** Writes groups, and what replays bring to them. When it resolves, S3 has all of it. */
export interface PartWriter {
  /** Writes a group as a whole, over what was there of it. */
  readonly write: (group: PlannedGroup, store: ObjectStore) => Promise<void>;
  /** Writes a group of one record that came by itself; nothing where the group's objects have it by now. */
  readonly writeSingle: (group: PlannedGroup, store: ObjectStore) => Promise<void>;
}

/** Objects of a group that are written at once. */
const AT_ONCE = 4;

/**
 * A replay and a new delivery of a group may come at the same time, and S3 has no transactions. Each kind of object has one
 * kind of writer: parts and manifests are written by groups, single objects and their notes by replays. The replay writes its
 * note, its object, and then looks at the manifest; the group writes its parts, its manifest, and then looks for notes.
 * Whatever the order, one of the two comes last and sees the other, and takes the single object away.
 */
export function partWriter({
  bucket,
  client,
  compress,
  extension,
  head,
  manifestPrefix,
}: PartWriterSettings): PartWriter {
  const contentType = compress === 'gzip' ? 'application/gzip' : contentTypeOf(extension);
  const manifestKey = (name: string): string => `${manifestPrefix}${name}.json`;
  const notePrefix = (name: string): string => `${manifestPrefix}${name}+`;
  const NOTE_END = '.json';

  const putPlanned = async (part: PlannedPart, key: string, store: ObjectStore): Promise<ManifestPart> => {
    const pieces = partBody(part, head, compress, PIECE_BYTES);
    const size = await putPart(store, client, { bucket, key, contentType, pieces });
    return { key, records: part.lines.length, size };
  };
  const putText = (key: string, text: string, store: ObjectStore): Promise<void> =>
    store.put({ key, body: Buffer.from(text), ContentType: 'application/json' });

  /** The key that a note tells. It is going to be deleted, so it must be the one of a single object of this very record. */
  const notedKey = async (note: string, object: string, store: ObjectStore): Promise<string | undefined> => {
    const key = await store.text(note);
    if (key === undefined || key.includes(object)) return key;
    throw manifestInvalid(s3Uri({ bucket, key: note }));
  };

  return {
    write: async (group, store) => {
      const { name, positions } = group;
      const keys = keysOf(group, extension);
      const parts = await eachOf(group.parts, AT_ONCE, (part, index) => putPlanned(part, keys[index]!, store));
      await putText(manifestKey(name), manifestText(group, parts), store);
      const held = new Set(positions);
      const start = notePrefix(name);
      for (const note of await store.list(start)) {
        const position = note.slice(start.length, -NOTE_END.length);
        if (!held.has(position)) continue;
        const key = await notedKey(note, `${name}+${position}.`, store);
        if (key !== undefined) await store.remove(key);
        await store.remove(note);
      }
    },
    writeSingle: async (group, store) => {
      const { name, parts, positions } = group;
      const position = positionRanges(positions);
      const isHeld = async (): Promise<boolean> =>
        holdsPosition(
          positionsOf(await store.text(manifestKey(name)), s3Uri({ bucket, key: manifestKey(name) })),
          position,
        );
      if (await isHeld()) return;
      const [part] = parts;
      if (part === undefined) return;
      const key = `${part.folder}${name}+${position}${extension}`;
      const note = `${notePrefix(name)}${position}${NOTE_END}`;
      // A feed that was changed meanwhile may put it elsewhere.
      const earlier = await notedKey(note, `${name}+${position}.`, store);
      if (earlier !== undefined && earlier !== key) await store.remove(earlier);
      await putText(note, key, store);
      await putPlanned(part, key, store);
      if (!(await isHeld())) return;
      await store.remove(key);
      await store.remove(note);
    },
  };
}

/** Parts of one folder are numbered in the order of their records. */
function keysOf({ name, parts }: PlannedGroup, extension: string): readonly string[] {
  const numbers = new Map<string, number>();
  return parts.map(({ folder }) => {
    const number = numbers.get(folder) ?? 0;
    numbers.set(folder, number + 1);
    return `${folder}${name}-${number}${extension}`;
  });
}

function contentTypeOf(extension: string): string {
  return extension === '.csv' ? 'text/csv' : 'application/x-ndjson';
}

/** Does something for each value, a few at once. Where one fails, no other is begun, and those begun are waited for. */
async function eachOf<T, R>(
  values: readonly T[],
  atOnce: number,
  act: (value: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    for (let index = next++; index < values.length && !failed; index = next++) {
      try {
        results[index] = await act(values[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
  const failure = ended.find((one) => one.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results;
}
