import { readFileSync } from 'node:fs';
import {
  type CharsetDecoder,
  type Decompressor,
  drop,
  type Each,
  type Encoder,
  memoryLedger,
  type Parser,
  type RangeParser,
  type ReadableQuarantine,
} from '@millrace/core';
import {
  type ParserCasesOptions,
  charsetDecoderCases,
  decompressorCases,
  parserCases,
  type ConformanceCase,
  eachCases,
  encoderCases,
  ledgerCases,
  optionCases,
  quarantineCases,
  rangeParserCases,
  sinkCases,
  type SinkBench,
  sourceCases,
  type SourceBench,
} from '@millrace/testkit';
import { expect, test } from 'vitest';

/**
 * What the runner owes, and what only one package can show: the tests that hold it, by clause. A clause may stand here and
 * have cases too, where either side owes a part.
 */
const TESTS: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  '2.7': [['testkit/test/runner-closes-items.test.ts', 'closes each item that it opened once, however it ends: %s']],
  '2.13': [['s3/test/missing-object.test.ts', 'fails, unless it is to be skipped']],
  '2.14': [['s3/test/overwritten-object.test.ts', 'is stale once a listing has brought what is there now']],
  '3.7': [['core/test/run.test.ts', 'names the codec that throws, and closes every codec']],
  '3.10': [
    ['encoding/test/places.test.ts', 'says the same however the bytes are cut, in every kind of encoding'],
    [
      'formats/test/offsets.test.ts',
      'says where each record stands, and rejects those that hold bytes which are no text',
    ],
    ['formats/test/offsets.test.ts', 'fails the item where the parser cannot reject'],
  ],
  '3.11': [
    [
      'core/test/ranges.test.ts',
      'gets them from an item that is opened for it, and its records are numbered and counted',
    ],
    ['core/test/ranges.test.ts', 'is refused where the source offers none, or another stage comes before the parser'],
  ],
  '3.12': [['core/test/ranges.test.ts', 'goes on at the watermark of an earlier run: %s']],
  '3.13': [['core/test/ranges.test.ts', 'gets no range from %s of %s bytes: it is not within the item']],
  '3.14': [
    ['core/test/parts.test.ts', 'reads each part on its own, with ordinals that go on and the name on each record'],
    ['core/test/parts.test.ts', 'refuses a part inside another'],
    ['core/test/ranges.test.ts', 'may begin parts, whose names records and errors have'],
  ],
  '4.4': [['core/test/run.test.ts', 'awaits eaches that return promises, in order']],
  '5.5': [['core/test/run.test.ts', 'tries every item, then rejects with the report']],
  '5.6': [
    ['core/test/run.test.ts', 'cuts batches by bytes, and hands a larger record over alone'],
    ['core/test/mixed-items.test.ts', 'gets the last records of several items in one write'],
  ],
  '5.10': [
    ['core/test/groups.test.ts', 'gets every group whole, at every reading, whatever interrupts it'],
    ['core/test/groups.test.ts', 'leaves out a group that a deadline cuts through, and stops before it'],
  ],
  '5.11': [
    [
      'core/test/writes-of-a-key.test.ts',
      'starts the writes of a key in the order of the file, and one after the other',
    ],
    ['core/test/writes-of-a-key.test.ts', 'asks for no keys if the last transform makes them unique'],
    ['dynamodb/test/key-order.test.ts', 'ends with the last record of each key, whichever request is throttled'],
    ['postgres/test/key-order.test.ts', 'ends with the last record of each key, however long a statement takes'],
  ],
  '5.13': [
    ['dynamodb/test/keep-newest.test.ts', 'never replaces an item of a newer version, nor a later one of its own'],
    ['postgres/test/versions.test.ts', 'keeps the row of a later record of the same version, and of a newer version'],
  ],
  '5.14': [
    ['core/test/replace.test.ts', 'continues at the slice that it had come to'],
    ['core/test/replace.test.ts', 'leaves a row whose natural key a newer version has taken'],
    ['core/test/replace.test.ts', 'is refused if rows cannot be found again'],
    ['dynamodb/test/replace.test.ts', 'continues at the next delivery, whichever request failed: %s'],
    ['dynamodb/test/replace.test.ts', 'leaves a row that a newer version takes between the scan and the delete'],
    [
      'postgres/test/replace.test.ts',
      'continues at the next delivery, whichever statement failed, after a dry run: %s',
    ],
    [
      'postgres/test/replace.test.ts',
      'leaves a row whose natural key a newer version has taken, and says before what it would delete',
    ],
  ],
  '6.1': [['core/test/rejections.test.ts', 'that fails, fails the item']],
  '6.2': [['core/test/rejections.test.ts', 'fails the item where there is no quarantine']],
  '6.3': [
    ['core/test/rejections.test.ts', 'that fails, fails the item'],
    ['core/test/rejections.test.ts', 'that refuses, fails the item'],
  ],
  '6.4': [
    ['core/test/rejections.test.ts', 'fails the item past the absolute limit'],
    ['core/test/rejections.test.ts', 'fails the item past the share, judged from the 100th record on'],
  ],
  '6.8': [
    [
      'core/test/rejections.test.ts',
      'never comes from an object that the quarantine itself wrote: that fails and is not opened',
    ],
    ['core/test/stored-quarantine.test.ts', 'is there where the store can tell the key of a place'],
    ['s3/test/quarantine.test.ts', 'knows its own objects by their place, and no others'],
  ],
  '7.1': [['core/test/ledger.test.ts', 'goes on at the watermark of a failed run, with the same ordinals']],
  '7.2': [['core/test/run.test.ts', 'adds up what eaches drop, fan out and pass']],
  '7.3': [
    ['core/test/stop.test.ts', 'stops reading, lets writes in flight settle, and leaves a watermark'],
    ['core/test/stop.test.ts', 'ends writes that outlast the grace period'],
  ],
  '7.4': [['core/test/stop.test.ts', 'stops reading but writes what was read, so that the watermark is what was read']],
  '7.5': [['core/test/run.test.ts', 'does not read ahead of a saturated sink by more than a block and the batches']],
  '7.6': [['core/test/run.test.ts', 'tries every item, then rejects with the report']],
  '7.7': [
    ['core/test/hanging-renewal.test.ts', 'starts no write once the lease is over, while its renewal hangs'],
    ['core/test/phase.test.ts', "{ failed: 'no', lease: 'over', stopped: 'any', graceOver: 'any' }, false, false"],
  ],
  '7.8': [
    ['core/test/resume-point.test.ts', 'is the start of an object that ends before it was to resume'],
    ['core/test/rejections.test.ts', 'fails, however few they are, and fails again when it is delivered again'],
  ],
  '7.9': [
    ['core/test/expectations.test.ts', 'fails the object with the actual values: %s'],
    ['core/test/expectations.test.ts', 'is judged by what all of them read and rejected'],
    [
      'core/test/expectations.test.ts',
      'fail the object before a record is written, and name those that are missing and no other',
    ],
    ['core/test/replace.test.ts', 'retires nothing if the new version is not what the feed expects'],
  ],
  '8.2': [['../test/errors-documented.test.ts', 'no page names a code that is gone']],
  '9.9': [['dynamodb/test/ledger-faults.test.ts', 'is found in place: %s, %s, write %i']],
  '9.16': [
    ['core/test/reach.test.ts', 'stores how far a version reaches before any record beyond it is written'],
    ['core/test/reach.test.ts', 'hands nothing beyond the reach to the sink if the ledger does not confirm more'],
    ['core/test/reach.test.ts', 'stores bounds of the branches on every level before they are written'],
  ],
};

const never = (): never => {
  throw new Error('Only the names of cases are asked for.');
};

const codec: Pick<ParserCasesOptions<string, string>, 'create'> = {
  create: never as () => Parser<string, string>,
};

/** Every case there is: made for plugins that support everything. */
const cases: readonly ConformanceCase[] = [
  ...sourceCases({
    create: never as () => SourceBench<unknown, string>,
    supports: { pinned: true, listing: true, breaks: true, holds: true, ranges: true },
  }),
  ...parserCases({
    ...codec,
    samples: [
      { name: 'good', input: 'a' },
      { name: 'bad', input: 'b', error: 'BAD' },
    ],
    expansion: { input: 'a', outputLength: 1 },
    endless: [{ name: 'endless', chunk: 'a' }],
  }),
  ...decompressorCases({
    create: never as () => Decompressor,
    samples: [{ name: 'parts', input: new Uint8Array(), parts: [] }],
  }),
  ...charsetDecoderCases({
    create: never as () => CharsetDecoder,
    samples: [{ name: 'text', input: new Uint8Array() }],
  }),
  ...rangeParserCases({
    create: never as () => RangeParser<string>,
    samples: [
      { name: 'good', input: new Uint8Array() },
      { name: 'bad', input: new Uint8Array(), error: 'BAD' },
    ],
  }),
  ...eachCases({
    create: never as () => Each<string, typeof drop>,
    samples: [
      { name: 'good', input: 'a' },
      { name: 'bad', input: 'b', error: 'BAD' },
    ],
  }),
  ...sinkCases({
    create: never as () => SinkBench<string>,
    record: never as () => string,
    refused: { record: never as () => string, code: 'BAD' },
    supports: { refusals: true, groups: true, mixedItems: true, shared: true, outages: true },
  }),
  ...encoderCases({ create: never as () => Encoder<string>, record: never as () => string, read: never }),
  ...quarantineCases({ create: never as () => ReadableQuarantine }),
  ...ledgerCases({ create: memoryLedger, lists: true }),
  ...optionCases({ make: never, invalid: [{}] }),
];

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const clauses = [...read('docs/contract.md').matchAll(/^- \*\*(\d+\.\d+)\*\*/gm)].map(([, clause]) => clause!);
const withCases = new Set(cases.map(({ clause }) => clause));

test('the contract was read', () => {
  expect(clauses.length).toBeGreaterThan(50);
  expect(new Set(clauses).size).toBe(clauses.length);
});

test('clauses appear in numerical order', () => {
  const places = clauses.map((clause) => clause.split('.').map(Number) as [number, number]);
  expect(clauses).toEqual(
    places.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]).map(([chapter, clause]) => `${chapter}.${clause}`),
  );
});

test('no clause is without a case, or a test of the package that owes it', () => {
  expect(clauses.filter((clause) => !withCases.has(clause) && TESTS[clause] === undefined)).toEqual([]);
});

test('no case and no test is without a clause', () => {
  expect([...withCases, ...Object.keys(TESTS)].filter((clause) => !clauses.includes(clause))).toEqual([]);
});

test.each(Object.entries(TESTS))('the tests of clause %s are there', (_, tests) => {
  for (const [file, title] of tests) expect(read(`packages/${file}`)).toContain(title);
});

test('cases have names of their own within their clause', () => {
  const names = cases.map(({ clause, name }) => `${clause} ${name}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
