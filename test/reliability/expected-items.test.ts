import type { ItemReport } from '@millrace/core';
import { expect, it } from 'vitest';
import { writtenAt } from '../../tools/reliability/chaos-attempts.ts';
import { type ChaosObject, expectedItems } from '../../tools/reliability/chaos-objects.ts';
import { naturalKey } from '../../tools/reliability/expected-key.ts';
import { naturalKeyOf } from '../../tools/reliability/landing-feed.ts';
import type { Fate } from '../../tools/reliability/sample-object.ts';

const FEED = 'prices';

/** An object whose records have these ids; `undefined` is a record that is rejected. */
function objectOf(key: string, ids: readonly (number | undefined)[]): ChaosObject {
  const uri = `s3://drop/${key}`;
  const fates = ids.map((id, ordinal): Fate =>
    id === undefined
      ? { kind: 'rejected', code: 'NDJSON_INVALID', raw: '', line: 1 }
      : { kind: 'written', record: { id, name: `${key} ${ordinal}`, amount: 0, text: '', tags: [] } },
  );
  return {
    ref: { bucket: 'drop', key },
    body: Buffer.alloc(0),
    fates,
    landed: { feed: FEED, id: `${uri}?etag=1`, uri, lastModified: '2026-01-01T00:00:00.000Z', keyOf: naturalKeyOf },
  };
}

function attempt(object: ChaosObject, run: number, counts: Partial<ItemReport>) {
  return { object, run, report: { read: object.fates.length, skipped: 0, ...counts } as ItemReport };
}

function namesById(objects: readonly ChaosObject[], attempts: readonly ReturnType<typeof attempt>[]) {
  const items = expectedItems(objects, writtenAt(attempts), new Map());
  return (id: number): string | undefined => items.get(naturalKey(FEED, String(id)))?.record.name;
}

it('of records that share a key, the last one that is not refused stays', () => {
  const a = objectOf('a', [1, 2, 1, undefined, 2, 3]);
  const nameOf = namesById([a], [attempt(a, 0, {})]);
  expect([1, 2, 3].map(nameOf)).toEqual(['a 2', 'a 4', 'a 5']);
  expect(nameOf(4)).toBeUndefined();
});

it('of objects that share a key, the one whose record was written last stays', () => {
  const a = objectOf('a', [1, 2, 3]);
  const b = objectOf('b', [1, 2, 3]);
  const once = namesById([a, b], [attempt(a, 0, {}), attempt(b, 0, {})]);
  expect([1, 2, 3].map(once)).toEqual(['b 0', 'b 1', 'b 2']);

  // The first object fails, the second is complete, and the first goes on at its record 1.
  const resumed = namesById(
    [a, b],
    [attempt(a, 0, { read: 2 }), attempt(b, 0, {}), attempt(a, 1, { skipped: 1 }), attempt(b, 1, { read: 0 })],
  );
  expect([1, 2, 3].map(resumed)).toEqual(['b 0', 'a 1', 'a 2']);
});

it('an attempt that only passed over records has written none', () => {
  const a = objectOf('a', [1, 2]);
  const b = objectOf('b', [1, 2]);
  const nameOf = namesById(
    [a, b],
    [attempt(a, 0, {}), attempt(b, 0, {}), attempt(a, 1, { read: 1, skipped: 1 }), attempt(a, 2, { read: 0 })],
  );
  expect([1, 2].map(nameOf)).toEqual(['b 0', 'b 1']);
});
