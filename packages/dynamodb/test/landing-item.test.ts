import { isMillraceError, landingUuid } from '@millrace/core';
import { landingVersion, MILLRACE_NAMESPACE } from '@millrace/core/plugin';
import { v5 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { landingItem } from '../src/index.ts';
import { origin, recordContext } from './support/write.ts';

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (isMillraceError(error)) return error.code;
    throw error;
  }
  return undefined;
}

describe('UUIDs', () => {
  it('are distinct for 100,000 records of one item and their branches', () => {
    const seen = new Set<string>();
    const { apply } = landingItem<null>();
    for (let ordinal = 0; ordinal < 50_000; ordinal += 1) {
      for (const branch of ['', '0']) seen.add((apply(null, recordContext(ordinal, branch)) as { uuid: string }).uuid);
    }
    expect(seen.size).toBe(100_000);
  });
});

describe('landingItem', () => {
  const { apply } = landingItem<{ price: number }>();

  it('adds key and origin to the record', () => {
    expect(apply({ price: 1 }, recordContext(7))).toEqual({
      uuid: landingUuid(origin.id, 7),
      upload_date: '2026-11-22T10:00:00.000Z',
      feed: 'prices',
      source: 's3://prices/2026/a b.ndjson.gz',
      source_version: landingVersion(origin.id),
      ordinal: 7,
      record: { price: 1 },
    });
  });

  it('adds the branch of a record that was fanned out', () => {
    expect(apply({ price: 1 }, recordContext(7, '2'))).toMatchObject({
      ordinal: 7,
      branch: '2',
      uuid: landingUuid(origin.id, 7, '2'),
    });
  });

  it('names the part of an archive that a record stands in', () => {
    const zipped = recordContext(7, '', { ...origin, part: 'a/b.csv' });
    const landed = apply({ price: 1 }, zipped);
    expect(landed).toMatchObject({ source: origin.uri, source_part: 'a/b.csv', uuid: landingUuid(origin.id, 7) });
    expect(landingItem({ names: { source_part: 'file' } }).apply(1, zipped)).toMatchObject({ file: 'a/b.csv' });
  });

  it('gives the same item again, and another one for another version of the object', () => {
    expect(apply({ price: 1 }, recordContext(3))).toEqual(landingItem().apply({ price: 1 }, recordContext(3)));
    const landed = ['a', 'b', 'a'].map((id) => apply({ price: 1 }, recordContext(3, '', { ...origin, id })));
    const [a, b, again] = landed as { uuid: string; source_version: string }[];
    expect(again).toEqual(a);
    expect(b!.uuid).not.toBe(a!.uuid);
    expect(b!.source_version).not.toBe(a!.source_version);
  });

  it('takes other names', () => {
    const renamed = landingItem<string, { uuid: 'id'; branch: 'part'; record: 'body' }>({
      names: { uuid: 'id', branch: 'part', record: 'body' },
    });
    expect(renamed.apply('x', recordContext(0, '1'))).toEqual({
      id: landingUuid(origin.id, 0, '1'),
      upload_date: origin.lastModified,
      feed: 'prices',
      source: origin.uri,
      source_version: landingVersion(origin.id),
      ordinal: 0,
      part: '1',
      body: 'x',
    });
  });

  it('spreads the record', () => {
    const flat = landingItem({ layout: 'flat' });
    expect(flat.apply({ price: 1, record: 'own' }, recordContext())).toMatchObject({
      ordinal: 0,
      price: 1,
      record: 'own',
    });
    const polluting: unknown = JSON.parse('{"__proto__":{"x":1}}');
    const landed = flat.apply(polluting, recordContext()) as object;
    expect(Object.getPrototypeOf(landed)).toBe(Object.prototype);
    expect(Object.hasOwn(landed, '__proto__')).toBe(true);
  });

  it('refuses to spread what cannot be, or what uses its names', () => {
    const flat = landingItem({ layout: 'flat' });
    for (const value of [1, 'x', null, undefined, [1]]) {
      expect(codeOf(() => flat.apply(value, recordContext()))).toBe('LANDING_RECORD_NOT_OBJECT');
    }
    for (const name of [
      'uuid',
      'upload_date',
      'feed',
      'source',
      'source_version',
      'source_part',
      'ordinal',
      'branch',
    ]) {
      expect(codeOf(() => flat.apply({ [name]: undefined }, recordContext()))).toBe('LANDING_NAME_TAKEN');
    }
    expect(codeOf(() => landingItem({ layout: 'flat', names: { feed: 'f' } }).apply({ f: 1 }, recordContext()))).toBe(
      'LANDING_NAME_TAKEN',
    );
    expect(
      codeOf(() => landingItem({ layout: 'flat', names: { feed: 'f' } }).apply({ feed: 1 }, recordContext())),
    ).toBeUndefined();
  });

  it('refuses where the source knows no date: the clock is not asked', () => {
    const { lastModified: _, ...undated } = origin;
    expect(codeOf(() => apply({ price: 1 }, recordContext(0, '', undated)))).toBe('LANDING_DATE_MISSING');
  });

  it('makes keys of a text that the record holds', () => {
    const keyed = landingItem({ key: (price: { id: string }, { ordinal }) => `${price.id}${ordinal > 1 ? 'x' : ''}` });
    const uuid = (id: string, ordinal: number, item = origin) =>
      (keyed.apply({ id }, recordContext(ordinal, '', item)) as { uuid: string }).uuid;
    expect(uuid('a', 0)).toBe(v5('a', v5('key:prices', MILLRACE_NAMESPACE)));
    expect(uuid('a', 1, { ...origin, id: 'other' })).toBe(uuid('a', 0));
    expect(uuid('a', 2)).not.toBe(uuid('a', 0));
  });

  it.each(['', undefined, 5])('refuses a key of %j', (key) => {
    expect(codeOf(() => landingItem({ key: () => key as string }).apply({}, recordContext()))).toBe(
      'LANDING_KEY_INVALID',
    );
  });

  it('makes keys of all that the record holds', () => {
    const byContent = landingItem({ key: 'content' });
    const uuid = (value: unknown) => (byContent.apply(value, recordContext()) as { uuid: string }).uuid;
    const equal = [
      { a: 1, b: { c: [null, true], d: new Set([1, 2]) }, e: new Uint8Array([1]), u: undefined },
      { e: Buffer.from([1]), b: { d: new Set([2n, 1n]), c: [null, true] }, a: 1n },
    ];
    expect(new Set(equal.map(uuid)).size).toBe(1);
    const distinct = [
      { a: 1 },
      { a: '1' },
      { a: [1] },
      { a: { a: 1 } },
      { a: null },
      { a: 'null' },
      [{ a: 1 }],
      1,
      '1',
      null,
      { a: true },
      {},
      [],
      { a: new Set(['1']) },
      { a: new Set([1]) },
      { a: new Uint8Array([49]) },
      { a: new Set([new Uint8Array([49])]) },
      { record: 1 },
    ];
    expect(new Set(distinct.map(uuid)).size).toBe(distinct.length);
    expect(codeOf(() => uuid({ a: new Date() }))).toBe('DYNAMODB_VALUE_UNSUPPORTED');
  });

  it('says that keys are unique where they are made of the place', () => {
    expect(landingItem().uniqueKeys).toBe(true);
    expect(landingItem({ key: 'place', layout: 'flat' }).uniqueKeys).toBe(true);
    expect(landingItem({ key: 'content' }).uniqueKeys).toBeUndefined();
    expect(landingItem({ key: () => 'k' }).uniqueKeys).toBeUndefined();
  });

  it('adds the generation to what has a natural key, where the run counts them', () => {
    const context = { ...recordContext(), generation: 3 };
    const keyed = landingItem({ key: () => 'k' });
    expect(keyed.apply({}, context)).toMatchObject({ generation: 3, source: origin.uri });
    expect(keyed.apply({}, recordContext())).not.toHaveProperty('generation');
    expect(landingItem({ key: 'content', names: { generation: 'turn' } }).apply({}, context)).toMatchObject({
      turn: 3,
    });
    expect(landingItem().apply({}, context)).not.toHaveProperty('generation');
  });

  it('takes the name of the generation only where it adds one', () => {
    const context = { ...recordContext(), generation: 3 };
    expect(landingItem({ layout: 'flat' }).apply({ generation: 'x' }, context)).toMatchObject({ generation: 'x' });
    const keyed = landingItem({ layout: 'flat', key: () => 'k' });
    expect(codeOf(() => keyed.apply({ generation: 'x' }, context))).toBe('LANDING_NAME_TAKEN');
  });

  it('checks its options', () => {
    expect(codeOf(() => landingItem({ names: { uuid: '' } }))).toBe('OPTION_INVALID');
    expect(codeOf(() => landingItem({ names: { uuid: 'feed' } }))).toBe('OPTION_INVALID');
    expect(codeOf(() => landingItem({ names: { feed: 'x', source: 'x' } }))).toBe('OPTION_INVALID');
    expect(codeOf(() => landingItem({ key: 'ordinal' as 'place' }))).toBe('OPTION_INVALID');
    expect(codeOf(() => landingItem({ nesting: 'flat' } as object))).toBe('OPTION_UNKNOWN');
  });
});
