import type { S3Ref } from '@millrace/s3';
import { itemId } from './expected-key.ts';
import { type Landed, landed, type LandedObject } from './landed.ts';
import { naturalKeyOf } from './landing-feed.ts';
import type { Random } from './random.ts';
import { type Fate, sampleObject } from './sample-object.ts';
import type { Stage } from './stage.ts';

/** An object of a chaos run, and what has to become of it. */
export interface ChaosObject {
  readonly ref: S3Ref;
  readonly body: Buffer;
  /** By ordinal. */
  readonly fates: readonly Fate[];
  readonly landed: LandedObject;
}

export interface DrawnObjects {
  readonly objects: readonly ChaosObject[];
  readonly gzipped: boolean;
  /** Objects of the run at once. */
  readonly concurrency: number;
  /** Whether objects have natural keys in common. Then one object is carried at a time, because the order of writing decides. */
  readonly isShared: boolean;
}

/** Ids of an object are below this distance. */
const ID_RANGE = 1_000_000;
const SHARED_IDS = 60;

/** Draws the objects of a run and stores them. */
export async function drawObjects(
  stage: Stage,
  draw: Random,
  { name, run, natural, count }: { name: string; run: number; natural: boolean; count: number },
): Promise<DrawnObjects> {
  const isShared = natural && count > 1 && draw.chance(0.5);
  const concurrency = count === 1 || isShared ? 1 : draw.int(2, count);
  const ids = (index: number) => ({ first: (index + 1) * ID_RANGE, sharedBelow: isShared ? SHARED_IDS : 0 });
  const objects: ChaosObject[] = [];
  let gzipped: boolean | undefined;
  for (let index = 0; index < count; index += 1) {
    const sample = sampleObject(draw, { gzipped, ids: natural ? ids(index) : undefined });
    ({ gzipped } = sample);
    const part = count === 1 ? '' : `.${index}`;
    const key = `${name}/é ${run}${part}.ndjson${gzipped ? '.gz' : ''}`;
    const etag = await stage.put(key, sample.body);
    const { bucket } = stage;
    objects.push({
      ref: { bucket, key, etag },
      body: sample.body,
      fates: sample.fates,
      landed: {
        feed: name,
        id: itemId(bucket, key, etag),
        uri: `s3://${bucket}/${key}`,
        lastModified: await stage.lastModified(key),
        keyOf: natural ? naturalKeyOf : undefined,
      },
    });
  }
  return { objects, gzipped: gzipped === true, concurrency, isShared };
}

/** Where a record was written for the last time: later ones come over earlier ones of the same key. */
export type WrittenAt = (object: ChaosObject, ordinal: number) => number;

/**
 * States what the table must hold: of each key, the record that was written last. In one object that is the last record of
 * the key that was not refused, however often its records were written.
 *
 * @param generations those of the objects, by URI
 */
export function expectedItems(
  objects: readonly ChaosObject[],
  writtenAt: WrittenAt,
  generations: ReadonlyMap<string, number | undefined>,
): Map<string, Landed> {
  const expected = new Map<string, { readonly item: Landed; readonly at: number }>();
  for (const object of objects) {
    for (const [ordinal, fate] of object.fates.entries()) {
      if (fate.kind !== 'written') continue;
      const generation = generations.get(object.landed.uri);
      const item = landed({ ...object.landed, generation }, ordinal, fate.record);
      const at = writtenAt(object, ordinal);
      const other = expected.get(item.uuid);
      if (other === undefined || other.item.source === item.source || other.at < at)
        expected.set(item.uuid, { item, at });
    }
  }
  return new Map([...expected].map(([uuid, { item }]) => [uuid, item]));
}
