import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Each,
  feed,
  flatMap,
  map,
  memoryLedger,
  type Observer,
  type RangesCodec,
  type Rejection,
  replay,
  type RunFailedError,
  type Sink,
  type StandardSchema,
  validate,
} from '@millrace/core';
import { rejectionToJson } from '@millrace/core/plugin';
import { decodeText } from '@millrace/encoding';
import { fileSink } from '@millrace/file';
import { parseLines } from '@millrace/formats';
import { parseParquet } from '@millrace/parquet';
import { memorySink, memorySource } from '@millrace/testkit';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { below, canariesMade, digits, FORMATS, MARK, times, word } from './support/canary-files.ts';

// Record content belongs into the quarantine and nowhere else. Every field, header, key and name of these files is a canary;
// the files are broken at random places, and none of the canaries may turn up in what a run says.

/** Rejections that hold one. */
let held = 0;

const BREAKS = ['', '"', '<', '&', '{', ']', ',', '\n', '\t', '\r', ';', '\u0000', '\\', '>', 'é'];

function broken(text: string): Buffer {
  let made = text;
  for (let count = below(4); count > 0; count -= 1) {
    const at = below(made.length + 1);
    made = made.slice(0, at) + BREAKS[below(BREAKS.length)]! + made.slice(at + below(3));
  }
  const bytes = Buffer.from(below(8) === 0 ? made.slice(0, below(made.length)) : made);
  if (below(6) === 0 && bytes.length > 0) bytes[below(bytes.length)] = 0xff;
  return bytes;
}

/** A schema that quotes keys and values, as schemas do. */
const quoting: StandardSchema<unknown> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      if (keys.length === 0) return { value };
      return { issues: keys.map((key) => ({ message: `${key} is ${JSON.stringify(value)}`, path: [key] })) };
    },
  },
};

const EACHES: readonly Each<unknown, unknown>[] = [
  map((value) => value),
  validate(quoting),
  map((value) => {
    throw new TypeError(`no ${JSON.stringify(value)}`, { cause: new Error(String(value)) });
  }),
  map((value) => {
    throw value as Error;
  }),
  flatMap((value) => [value, { [word()]: Number.NaN, more: new Map([[word(), value]]) }]),
  map((value) => JSON.parse(`{"a":${String(value)}`) as unknown),
];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-canaries-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function sinks(): readonly Sink<unknown>[] {
  return [
    memorySink(),
    fileSink({ directory }),
    {
      name: 'throwing',
      write: async (entries) => Promise.reject(new Error(`duplicate key ${JSON.stringify(entries[0]!.value)}`)),
    },
  ];
}

/** A rejection without the places that hold content. */
function withoutContent({ raw: _raw, value: _value, details, ...rest }: Rejection): unknown {
  const { content: _content, ...facts } = details ?? {};
  return { ...rest, details: facts };
}

/** Runs one object through a feed, and returns all that was said about it. */
async function said(codecs: readonly unknown[], bytes: Uint8Array, turn: number): Promise<readonly string[]> {
  const source = memorySource({ objects: { day: [bytes] } });
  const texts: string[] = [];
  const tell = (event: unknown): void => void texts.push(JSON.stringify(event, bigints));
  const observer: Observer = {
    itemStarted: tell,
    progress: tell,
    itemFinished: (report) => {
      tell(report);
      if (report.error !== undefined) texts.push(report.error.message, String(report.error));
    },
    runFinished: tell,
    recordRejected: (rejection) => tell(withoutContent(rejection)),
  };
  // oxlint-disable-next-line typescript/no-explicit-any -- any codec, any record
  let flow: any = feed('canaries').from(source);
  for (const codec of codecs) flow = flow.through(codec);
  const made = flow.through(EACHES[turn % EACHES.length]).to(sinks()[turn % 3]) as ReturnType<typeof complete>;
  const ledger = memoryLedger();
  const kept: Rejection[] = [];
  const quarantine: Sink<Rejection> = {
    name: 'kept',
    write: async (entries) => void kept.push(...entries.map(({ value }) => value)),
  };
  try {
    const report = await made.run(source.refs(), {
      observer,
      ledger,
      maxRejections: { share: 1 },
      allRejected: turn % 4 === 0 ? 'accept' : 'fail',
      ...(turn % 2 === 0 && { quarantine }),
    });
    tell(report);
  } catch (error) {
    texts.push(
      String(error),
      JSON.stringify(error, bigints),
      JSON.stringify((error as RunFailedError).report, bigints),
    );
  }
  for (const ref of source.refs()) tell(await ledger.entries('canaries', source.describe(ref)));
  held += kept.filter((rejection) => MARK.test(rejectionToJson(rejection))).length;
  const report = await replay(made, kept);
  tell({ ...report, again: report.again.map(withoutContent) });
  return texts;
}

const complete = () =>
  feed('f')
    .from(memorySource({ objects: {} }))
    .through(decodeText('utf-8'))
    .through(parseLines())
    .to(memorySink());

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

it.each(Object.entries(FORMATS))(
  '%s: no canary leaves the quarantine',
  { timeout: 120_000 },
  async (_, { parser, file }) => {
    for (let turn = 0; turn < 48; turn += 1) {
      const onInvalid = (['fail', 'reject-record', 'replace'] as const)[below(3)]!;
      const texts = await said([decodeText('utf-8', { onInvalid }), parser], broken(file()), turn);
      expect(texts.filter((text) => MARK.test(text))).toEqual([]);
    }
  },
);

it('parquet: no canary leaves the quarantine', { timeout: 120_000 }, async () => {
  const codec: RangesCodec<Readonly<Record<string, unknown>>> = parseParquet();
  for (let turn = 0; turn < 48; turn += 1) {
    const bytes = Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: word(), data: times(4, word), type: 'STRING' },
          { name: word(), data: times(4, () => BigInt(digits()) * 10_000n), type: 'INT64' },
        ],
      }),
    );
    for (let count = below(4); count > 0; count -= 1) bytes[below(bytes.length)]! ^= 1 << below(8);
    const texts = await said([codec], bytes, turn);
    expect(texts.filter((text) => MARK.test(text))).toEqual([]);
  }
});

it('thousands of canaries were there, and are in the quarantine', () => {
  expect(canariesMade()).toBeGreaterThan(10_000);
  expect(held).toBeGreaterThan(1000);
});
