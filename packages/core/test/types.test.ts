import {
  type CharsetDecoder,
  type Decompressor,
  type Each,
  type Expectations,
  type Feed,
  feed,
  filter,
  flatMap,
  type ItemContext,
  map,
  type Parser,
  type RangedSource,
  type RangeParser,
  type Sink,
  type Source,
  type StandardSchema,
  tap,
  validate,
} from '@millrace/core';
import {
  block,
  type CharsetDecoderStage,
  type DecompressorStage,
  located,
  type ParserStage,
  part,
} from '@millrace/core/plugin';
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
declare const gunzip: Decompressor;
declare const decodeText: CharsetDecoder;
declare const parse: <T = unknown>() => Parser<string, T>;
declare const ranged: RangedSource<ObjectRef, Uint8Array>;
declare const parseRanges: <T = unknown>() => RangeParser<T>;
declare const parseBytes: <T = unknown>() => Parser<Uint8Array, T>;
declare const texts: Source<ObjectRef, string>;
declare const itemContext: ItemContext;
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
  runsOnObjects(feed('t').from(ranged).through(gunzip).through(gunzip).through(parseBytes<Price>()).to(prices));
  runsOnObjects(feed('t').from(bytes).through(parseBytes<Price>()).to(prices));
  runsOnObjects(feed('t').from(texts).through(parse<Price>()).to(prices));
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

const expectations = () => {
  const expect = {
    records: { min: 1 },
    rejectedRatio: { max: 0.1 },
    columns: { required: ['sku'] },
    bytes: { max: 9 },
  };
  const complete = feed('t', { expect }).from(bytes).through(parseBytes<Price>()).to(prices);
  expectTypeOf(complete.expect).toEqualTypeOf<Expectations>();
  void complete.run([], { expect: { records: { min: 0 } } });
  // @ts-expect-error 46. options: a misspelt option of a feed
  feed('t', { expects: {} });
  // @ts-expect-error 47. expectations: a misspelt one
  feed('t', { expect: { record: { min: 1 } } });
  // @ts-expect-error 48. expectations: a ratio has a maximum
  feed('t', { expect: { rejectedRatio: 0.1 } });
  // @ts-expect-error 49. expectations: columns are named
  feed('t', { expect: { columns: { required: 'sku' } } });
};

const wrongRanges = () => {
  // @ts-expect-error 22. ranges: this source offers none
  feed('t').from(bytes).through(parseRanges<Price>());
  // @ts-expect-error 23. ranges: what was decompressed has none
  feed('t').from(ranged).through(gunzip).through(parseRanges<Price>());
  // @ts-expect-error 24. ranges: what was decoded has none
  feed('t').from(ranged).through(decodeText).through(parseRanges<Price>());
  // @ts-expect-error 25. ranges: records have none
  feed('t').from(ranged).through(parseBytes<Price>()).through(parseRanges<Price>());
  // @ts-expect-error 26. ranges: the record's type flows on
  feed('t').from(ranged).through(parseRanges<Price>()).to(books);
  // @ts-expect-error 27. ranges: a parser of chunks still has to fit
  feed('t').from(ranged).through(parse<Price>());
  // @ts-expect-error 28. ranges: records are not read twice
  feed('t').from(ranged).through(parseRanges<Price>()).through(parseRanges<Price>());
};

const wrongRoles = () => {
  // @ts-expect-error 29. roles: text is not decoded twice
  text().through(decodeText);
  // @ts-expect-error 30. roles: text is not parsed as bytes
  text().through(parseBytes<Price>());
  // @ts-expect-error 31. roles: records are not decompressed
  records().through(gunzip);
  // @ts-expect-error 32. roles: records are not decoded
  records().through(decodeText);
  // @ts-expect-error 33. roles: a source of text needs no charset decoder
  feed('t').from(texts).through(decodeText);
  // @ts-expect-error 34. roles: a source of text has nothing to decompress
  feed('t').from(texts).through(gunzip);
  // @ts-expect-error 35. roles: a feed cannot do without a parser
  feed('t').from(bytes).to(prices);
  const flip = map((chunk: Uint8Array) => chunk);
  // @ts-expect-error 36. roles: bytes have no records to map
  feed('t').from(bytes).through(flip);
  // @ts-expect-error 37. roles: a second parser of any kind
  records().through(parseBytes<Price>());
};

// What a stage cannot have, because it means nothing in its role.
const wrongMembers = () => {
  // @ts-expect-error 38. members: only a parser rejects records
  const rejects: Decompressor['start'] = ({ reject }) => ({ push: () => [reject] });
  // @ts-expect-error 39. members: nor does a charset decoder
  itemContext.reject({ code: 'A', message: 'a' });
  const decoder: CharsetDecoder = {
    kind: 'charset-decoder',
    name: 'a',
    start: () => ({ push: () => [] }),
    // @ts-expect-error 40. members: only a parser parses a record by itself
    reparse: () => 'a',
  };
  const decompressor: Decompressor = {
    kind: 'decompressor',
    name: 'a',
    start: () => ({ push: () => [] }),
    // @ts-expect-error 41. members: only a parser rejects records that hold damage
    takesDamage: true,
  };
  const ranges: RangeParser<Price> = {
    kind: 'range-parser',
    name: 'a',
    open: async () => ({ outputs: () => [] }),
    // @ts-expect-error 42. members: nothing decodes text before a parser that reads ranges
    takesDamage: true,
  };
  // @ts-expect-error 43. outputs: a decompressor emits bytes, not a block of records
  const blocks: DecompressorStage['push'] = () => block([{ sku: 'a', cents: 1 }]);
  // @ts-expect-error 44. outputs: only a decompressor begins parts
  const parts: CharsetDecoderStage['push'] = () => [part('a')];
  // @ts-expect-error 45. outputs: only a charset decoder knows where text came from
  const places: ParserStage<string, Price>['push'] = () => [located('a', { byteOffset: () => 0 })];
  return [rejects, decoder, decompressor, ranges, blocks, parts, places];
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
  const narrowParser: Parser<PricedBook & string, Price> = {
    kind: 'parser',
    name: 'narrow',
    start: () => ({ push: (book) => [book] }),
  };
  // @ts-expect-error 19. a parser that needs more than it gets
  text().through(narrowParser);
  const narrowSource: Source<ObjectRef & FileRef, Uint8Array> = {
    name: 'narrow',
    describe: ({ path }) => path,
    open: () => Promise.reject(new Error('never')),
  };
  const narrow = feed('t').from(narrowSource).through(decodeText).through(parse<Price>()).to(prices);
  // @ts-expect-error 20. a source that needs more of a reference than its feed is given
  void narrow.run([{ bucket: 'b', key: 'k' }]);
  // @ts-expect-error 21. a string is iterable, but a parser returns a list of strings
  const push: ParserStage<string, string>['push'] = (chunk) => chunk;
  return push;
};

describe('types', () => {
  it('let right pipelines compile, and no wrong one', () => {
    expect(
      [rightPipelines, wrongPipelines, expectations, wrongRanges, wrongRoles, wrongMembers, methodTraps].every(
        (pipelines) => typeof pipelines === 'function',
      ),
    ).toBe(true);
  });
});
