import { type Codec, type Each, feed, map, type RecordFlow, type Source } from '@millrace/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { dynamodbSink, landingItem, type LandingItem } from '../src/index.ts';

interface Price {
  readonly symbol: string;
  readonly price: number;
}
interface Key {
  readonly key: string;
}

const source: Source<Key, Uint8Array> = {
  name: 'stub',
  describe: ({ key }) => key,
  open: () => Promise.reject(new Error()),
};

function parse<T>(): Codec<Uint8Array, T, 'records'> {
  return { kind: 'codec', emits: 'records', name: 'parse', start: () => ({ push: () => [] }) };
}

const prices: RecordFlow<Key, Price> = feed('prices').from(source).through(parse<Price>());

function into<T>(): Each<Price, T> {
  return map((price) => price as T);
}

describe('types', () => {
  it('infer from the parser to the sink', () => {
    const flow = feed('prices').from(source).through(parse<Price>()).through(landingItem());
    expectTypeOf(flow).toEqualTypeOf<RecordFlow<Key, LandingItem<Price>>>();
    expectTypeOf(flow.to(dynamodbSink({ table: 'landing' })).name).toEqualTypeOf<string>();
    prices.through(landingItem({ key: (price) => price.symbol })).to(dynamodbSink({ table: 'landing' }));
    prices.to(dynamodbSink({ table: 'prices', partitionKey: 'symbol', sortKey: 'price' }));
    expect(flow).toBeDefined();
  });

  it('follow the names and the layout of a landed record', () => {
    expectTypeOf<LandingItem<Price>>().toEqualTypeOf<{
      readonly uuid: string;
      readonly upload_date: string;
      readonly feed: string;
      readonly source: string;
      readonly source_version: string;
      readonly source_part?: string;
      readonly ordinal: number;
      readonly branch?: string;
      readonly generation?: number;
      readonly record: Price;
    }>();
    const flat = prices.through(landingItem({ names: { uuid: 'id', source: 'file' }, layout: 'flat' }));
    expectTypeOf(flat).toEqualTypeOf<
      RecordFlow<
        Key,
        {
          readonly id: string;
          readonly upload_date: string;
          readonly feed: string;
          readonly file: string;
          readonly source_version: string;
          readonly source_part?: string;
          readonly ordinal: number;
          readonly branch?: string;
          readonly generation?: number;
          readonly symbol: string;
          readonly price: number;
        }
      >
    >();
    flat.to(dynamodbSink({ table: 'landing', partitionKey: 'id', sortKey: 'symbol' }));
  });

  it('hold where the type of the record is a parameter', () => {
    const land = <T>(flow: RecordFlow<Key, T>) => flow.through(landingItem()).to(dynamodbSink({ table: 'landing' }));
    expectTypeOf(land(prices).name).toEqualTypeOf<string>();
  });

  it('refuse a record that lacks a key attribute, or holds another type there', () => {
    // @ts-expect-error a price has no uuid
    prices.to(dynamodbSink({ table: 'landing' }));
    // @ts-expect-error nor this sort key
    prices.to(dynamodbSink({ table: 'landing', partitionKey: 'symbol', sortKey: 'date' }));
    // @ts-expect-error the key is called id
    prices.through(landingItem({ names: { uuid: 'id' } })).to(dynamodbSink({ table: 'landing' }));
    // @ts-expect-error a nested symbol is no key
    prices.through(landingItem()).to(dynamodbSink({ table: 'landing', partitionKey: 'symbol' }));
    // @ts-expect-error a key is not optional
    prices.through(into<{ uuid?: string }>()).to(dynamodbSink({ table: 'landing' }));
    // @ts-expect-error a key is not undefined
    prices.through(into<{ uuid: string | undefined }>()).to(dynamodbSink({ table: 'landing' }));
    // @ts-expect-error a key is no boolean
    prices.through(into<{ uuid: boolean }>()).to(dynamodbSink({ table: 'landing' }));
    // @ts-expect-error a key is no Date
    prices.through(into<{ uuid: Date }>()).to(dynamodbSink({ table: 'landing' }));
    // @ts-expect-error a price has no ticker
    prices.through(landingItem({ key: (price) => price.ticker }));
    // @ts-expect-error a key is text
    prices.through(landingItem({ key: (price) => price.price }));
    // @ts-expect-error there is no such layout
    expect(() => prices.through(landingItem({ layout: 'deep' }))).toThrow('layout');
    // @ts-expect-error there is no such name
    expect(() => landingItem({ names: { id: 'id' } })).toThrow('no option "id"');
  });
});
