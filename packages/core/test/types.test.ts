import {
  type Codec,
  type Each,
  type Feed,
  feed,
  filter,
  flatMap,
  map,
  type RangedSource,
  type RangesCodec,
  type Sink,
  type Source,
  type StandardSchema,
  tap,
  validate,
} from '@millrace/core';
import type { CodecStage } from '@millrace/core/plugin';
import { describe, expect, expectTypeOf, it } from 'vitest';

// What a wrong pipeline looks like, and that it does not compile. Nothing here runs: `pnpm run typecheck` is the test, and
// fails where a line marked with @ts-expect-error compiles after all.

interface ObjectRef {
  readonly bucket: string;
  readonly key: string;
}
interface FileRef {
  readonly path: string;
}
interface Price {
  readonly sku: string;
  readonly cents: number;
}
interface PricedBook extends Price {
  readonly isbn: string;
}

declare const bytes: Source<ObjectRef, Uint8Array>;
declare const file: Source<FileRef, Uint8Array>;
declare const gunzip: Codec<Uint8Array, Uint8Array>;
declare const decodeText: Codec<Uint8Array, string>;
declare const parse: <T = unknown>() => Codec<string, T, 'records'>;
declare const ranged: RangedSource<ObjectRef, Uint8Array>;
declare const parseRanges: <T = unknown>() => RangesCodec<T>;
declare const entries: RangesCodec<Uint8Array, 'chunks'>;
declare const keyed: Sink<{ readonly uuid: string }>;
declare const prices: Sink<Price>;
declare const books: Sink<PricedBook>;
declare const addUuid: <T extends object>() => Each<T, { readonly uuid: string; readonly record: T }>;
declare const schema: StandardSchema<Price>;
declare const runsOnObjects: (feed: Feed<ObjectRef>) => void;

const text = () => feed('t').from(bytes).through(gunzip).through(decodeText);
const records = () => text().through(parse<Price>());

const rightPipelines = () => {
  const carried = records()
    .through(map((price) => ({ ...price, euros: price.cents / 100 })))
    .through(filter((price) => price.euros > 1))
    .through(tap((price) => expectTypeOf(price.euros).toEqualTypeOf<number>()))
    .through(flatMap((price) => [price, price]))
    .through(addUuid());
  runsOnObjects(carried.to(keyed));
  runsOnObjects(text().through(parse()).through(validate(schema)).to(prices));
  runsOnObjects(text().through(parse<PricedBook>()).to(prices));
  const narrowed = text()
    .through(parse<Price | undefined>())
    .through(filter((price): price is Price => price !== undefined));
  runsOnObjects(narrowed.to(prices));
  void records()
    .to(prices)
    .run([{ bucket: 'b', key: 'k' }]);
  runsOnObjects(feed('t').from(ranged).through(parseRanges<Price>()).to(prices));
  runsOnObjects(feed('t').from(ranged).through(entries).through(decodeText).through(parse<Price>()).to(prices));
  runsOnObjects(feed('t').from(ranged).through(decodeText).through(parse<Price>()).to(prices));
};

const wrongPipelines = () => {
  // @ts-expect-error 1. order: bytes cannot be parsed before they are decoded
  feed('t').from(bytes).through(parse<Price>());
  // @ts-expect-error 2. order: text cannot be decompressed
  feed('t').from(bytes).through(decodeText).through(gunzip);
  // @ts-expect-error 3. order: chunks have no records to map
  text().through(map((line: string) => line.trim()));
  // @ts-expect-error 4. order: a sink takes records, not chunks
  text().to(keyed);
  // @ts-expect-error 5. order: records are not parsed twice
  records().through(parse<Price>());
  // @ts-expect-error 6. record type: the sink needs a uuid
  records().to(keyed);
  // @ts-expect-error 7. record type: a price is no priced book
  records().to(books);
  // @ts-expect-error 8. record type: a price has no title
  records().through(map((price) => price.title));
  const cents = records().through(map((price) => price.cents));
  // @ts-expect-error 9. record type: what a map answers is what the next stage gets
  cents.through(filter((price: Price) => price.cents > 0));
  // @ts-expect-error 10. record type: unknown records fit no typed sink
  text().through(parse()).to(prices);
  const complete = records().to(prices);
  // @ts-expect-error 11. reference: an object source does not read files
  void complete.run([{ path: '/tmp/x' }]);
  const ofFiles = feed('t').from(file).through(decodeText).through(parse<Price>()).to(prices);
  // @ts-expect-error 12. reference: a handler of objects does not take a feed of files
  runsOnObjects(ofFiles);
  // @ts-expect-error 13. a feed is complete only with its sink
  runsOnObjects(records());
  // @ts-expect-error 14. record type: the schema's output flows on, not its input
  text().through(parse()).through(validate(schema)).to(books);
  // @ts-expect-error 15. flatMap answers a list
  records().through(flatMap((price) => price));
  // @ts-expect-error 16. options: a misspelt run option
  void complete.run([], { conccurency: 2 });
};

const wrongRanges = () => {
  // @ts-expect-error 22. ranges: this source offers none
  feed('t').from(bytes).through(parseRanges<Price>());
  // @ts-expect-error 23. ranges: what was decompressed has none
  feed('t').from(ranged).through(gunzip).through(parseRanges<Price>());
  // @ts-expect-error 24. ranges: only the first codec reads them
  feed('t').from(ranged).through(entries).through(entries);
  // @ts-expect-error 25. ranges: what such a codec emits is cut into chunks of bytes, not of text
  feed('t').from(ranged).through(entries).through(parse<Price>());
  // @ts-expect-error 26. ranges: the record's type flows on
  feed('t').from(ranged).through(parseRanges<Price>()).to(books);
  // @ts-expect-error 27. ranges: a codec of chunks still has to fit
  feed('t').from(ranged).through(parse<Price>());
  // @ts-expect-error 28. ranges: records are not read twice
  feed('t').from(ranged).through(parseRanges<Price>()).through(parseRanges<Price>());
};

// Written with method syntax, these would all be accepted: methods are compared bivariantly.
const methodTraps = () => {
  const narrowEach: Each<PricedBook, string> = { kind: 'each', name: 'isbn', apply: (book) => book.isbn };
  // @ts-expect-error 17. an each that needs more than it gets
  records().through(narrowEach);
  const narrowSink: Sink<PricedBook> = {
    name: 'books',
    write: async (entries) => void entries.map(({ value }) => value.isbn),
  };
  // @ts-expect-error 18. a sink that needs more than it gets
  records().to(narrowSink);
  const narrowCodec: Codec<PricedBook & string, Price, 'records'> = {
    kind: 'codec',
    emits: 'records',
    name: 'narrow',
    start: () => ({ push: (book) => [book] }),
  };
  // @ts-expect-error 19. a codec that needs more than it gets
  text().through(narrowCodec);
  const narrowSource: Source<ObjectRef & FileRef, Uint8Array> = {
    name: 'narrow',
    describe: ({ path }) => path,
    open: () => Promise.reject(new Error('never')),
  };
  const narrow = feed('t').from(narrowSource).through(decodeText).through(parse<Price>()).to(prices);
  // @ts-expect-error 20. a source that needs more of a reference than its feed is given
  void narrow.run([{ bucket: 'b', key: 'k' }]);
  // @ts-expect-error 21. a string is iterable, but a codec answers a list of strings
  const push: CodecStage<string, string>['push'] = (chunk) => chunk;
  return push;
};

describe('types', () => {
  it('let right pipelines compile, and no wrong one', () => {
    expect(
      [rightPipelines, wrongPipelines, wrongRanges, methodTraps].every((pipelines) => typeof pipelines === 'function'),
    ).toBe(true);
  });
});
