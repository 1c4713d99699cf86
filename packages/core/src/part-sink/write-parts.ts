import type { Context } from '../context.ts';
import type { Encoder } from '../encoder.ts';
import { MillraceError } from '../millrace-error.ts';
import type { PartStore } from '../part-store.ts';
import { atOnce } from './at-once.ts';
import { manifestInvalid, type ManifestPart, manifestText, positionsOf } from './manifest.ts';
import { partChunks } from './part-chunks.ts';
import type { PlannedGroup, PlannedPart } from './plan-parts.ts';
import { holdsPosition, positionRanges } from './positions.ts';

export interface PartWriterSettings {
  readonly store: PartStore;
  readonly encode: Encoder<never>;
  readonly compress: 'gzip' | 'none';
}

/** Writes groups, and what replays bring to them. When it resolves, the store has all of it. */
export interface PartWriter {
  /** Writes a group as a whole, over what was there of it. */
  readonly write: (group: PlannedGroup, context: Context) => Promise<void>;
  /** Writes a group of one record that came by itself; nothing if the group's parts have it by now. */
  readonly writeSingle: (group: PlannedGroup, context: Context) => Promise<void>;
}

/** Parts of a group that are written at once. */
const PARTS_AT_ONCE = 4;
const NOTE_END = '.json';

/**
 * A replay and a new delivery of a group may come at the same time, and a store has no transactions. Each kind of content has
 * one kind of writer: groups write parts and manifests, replays write single parts and their notes. The replay writes its
 * note, its part, and then looks at the manifest; the group writes its parts, its manifest, and then looks for notes. In
 * whatever order, one of the two comes last and sees the other, and removes the single part.
 */
export function partWriter({ store, encode, compress }: PartWriterSettings): PartWriter {
  const extension = `${encode.extension}${compress === 'gzip' ? '.gz' : ''}`;
  const contentType = compress === 'gzip' ? 'application/gzip' : encode.contentType;
  const groupStem = ({ item, first }: PlannedGroup, path: string): string => store.partPrefix(item, path) + first;
  const manifestStem = ({ item, first }: PlannedGroup): string => store.manifestPrefix(item) + first;

  const putPart = async (part: PlannedPart, key: string, context: Context): Promise<ManifestPart> => {
    assertMayWrite(context);
    const chunks = partChunks(part, { encode, compress, signal: context.signal });
    const size = await store.write(key, { contentType, chunks }, context);
    return { key, records: part.texts.length, size };
  };
  const putText = async (key: string, text: string, context: Context): Promise<void> => {
    assertMayWrite(context);
    const chunks = partChunks({ path: '', texts: [text] }, { encode: {}, compress: 'none', signal: context.signal });
    await store.write(key, { contentType: 'application/json', chunks }, context);
  };
  const remove = (key: string, context: Context): Promise<void> => {
    assertMayWrite(context);
    return store.remove(key, context);
  };

  /** The key in a note. It is going to be removed, so it must be the one of a single part of this very record. */
  const notedKey = async (note: string, single: string, context: Context): Promise<string | undefined> => {
    const key = await store.read(note, context);
    if (key === undefined || key.includes(single)) return key;
    throw manifestInvalid(note);
  };

  /** Parts of one path are numbered in the order of their records. */
  const keysOf = (group: PlannedGroup): readonly string[] => {
    const numbers = new Map<string, number>();
    return group.parts.map(({ path }) => {
      // File systems that do not tell capitals apart would take two paths for one.
      const folder = path.normalize('NFC').toLowerCase();
      const number = numbers.get(folder) ?? 0;
      numbers.set(folder, number + 1);
      return `${groupStem(group, path)}-${number}${extension}`;
    });
  };

  return {
    write: async (group, context) => {
      const keys = keysOf(group);
      const parts = await atOnce(group.parts, PARTS_AT_ONCE, (part, index) => putPart(part, keys[index]!, context));
      await putText(`${manifestStem(group)}.json`, manifestText(group, parts), context);
      const held = new Set(group.positions);
      const start = `${manifestStem(group)}+`;
      for (const note of await store.list(start, context)) {
        const position = note.slice(start.length, -NOTE_END.length);
        if (!held.has(position)) continue;
        const key = await notedKey(note, `${group.first}+${position}.`, context);
        if (key !== undefined) await remove(key, context);
        await remove(note, context);
      }
    },
    writeSingle: async (group, context) => {
      const position = positionRanges(group.positions);
      const manifest = `${manifestStem(group)}.json`;
      const isHeld = async (): Promise<boolean> =>
        holdsPosition(positionsOf(await store.read(manifest, context), manifest), position);
      const [part] = group.parts;
      if (part === undefined || (await isHeld())) return;
      const key = `${groupStem(group, part.path)}+${position}${extension}`;
      const note = `${manifestStem(group)}+${position}${NOTE_END}`;
      // A feed that was changed meanwhile may put it elsewhere.
      const earlier = await notedKey(note, `${group.first}+${position}.`, context);
      if (earlier !== undefined && earlier !== key) await remove(earlier, context);
      await putText(note, key, context);
      await putPart(part, key, context);
      if (!(await isHeld())) return;
      await remove(key, context);
      await remove(note, context);
    },
  };
}

/** A process that was paused, and whose timers have not run yet, finds out here that its lease is over. */
function assertMayWrite({ signal, timeLeftMs, stage }: Context): void {
  signal.throwIfAborted();
  if (timeLeftMs?.() !== 0) return;
  const message = `The lease on this object is over, so another run may have it. ${stage} writes no more of it. Run it again.`;
  throw new MillraceError('LEDGER_LEASE_LOST', message, { retryable: true });
}
