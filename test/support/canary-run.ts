import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Each,
  feed,
  type Feed,
  flatMap,
  map,
  memoryLedger,
  type Observer,
  type RangedSource,
  type Rejection,
  replay,
  type RunFailedError,
  type Sink,
  type Source,
  type StandardSchema,
  validate,
} from '@millrace/core';
import { rejectionToJson } from '@millrace/core/plugin';
import { fileSink } from '@millrace/file';
import { type ObjectRef, toSqsHandler } from '@millrace/lambda-adapter';
import { openTelemetryObserver, type SpanAttributes } from '../../packages/opentelemetry/src/index.ts';
import { memorySink, memorySource, type MemorySource } from '@millrace/testkit';
import { afterAll, beforeAll } from 'vitest';
import { below, MARK, word } from './canary-files.ts';

/** Rejections that hold one. */
let heldSoFar = 0;
/** How many rejections so far hold one. */
export const held = (): number => heldSoFar;

const BREAKS = ['', '"', '<', '&', '{', ']', ',', '\n', '\t', '\r', ';', '\u0000', '\\', '>', 'é'];

/** Breaks a text at random places. */
export function broken(text: string): Buffer {
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
function withoutContent({ raw: _raw, value: _value, details, item, ...rest }: Rejection): unknown {
  const { content: _content, ...facts } = details ?? {};
  const { part: _part, ...origin } = item;
  return { ...rest, item: origin, details: facts };
}

/** Runs one object through a feed, and returns all that was said about it. */
export async function said(codecs: readonly unknown[], bytes: Uint8Array, turn: number): Promise<readonly string[]> {
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
  const flow = <Ref>(start: Source<Ref, Uint8Array>): Feed<Ref> => {
    // oxlint-disable-next-line typescript/no-explicit-any -- any codec, any record
    let made: any = feed('canaries').from(start);
    for (const codec of codecs) made = made.through(codec);
    return made.through(EACHES[turn % EACHES.length]).to(sinks()[turn % 3]) as Feed<Ref>;
  };
  const made = flow(source);
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
  heldSoFar += kept.filter((rejection) => MARK.test(rejectionToJson(rejection))).length;
  const report = await replay(made, kept);
  tell({ ...report, again: report.again.map(withoutContent) });
  return [...texts, ...(await saidOnLambda(flow(objectSource(source)), turn))];
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

/** The memory source for references as events bring them. */
function objectSource(source: MemorySource<Uint8Array>): RangedSource<ObjectRef, Uint8Array> {
  const [ref] = source.refs();
  return {
    name: 's3',
    describe: ({ bucket, key }) => `s3://${bucket}/${key}`,
    open: (_, context) => source.open(ref!, context),
    openRanges: (_, context) => source.openRanges(ref!, context),
  };
}

/** How many objects a handler has carried so far, as its log lines say. */
let carriedSoFar = 0;
export const carried = (): number => carriedSoFar;

/** Carries the object by a handler, and returns its log lines, its response, and what OpenTelemetry is given. */
async function saidOnLambda(made: Feed<ObjectRef>, turn: number): Promise<readonly string[]> {
  const texts: string[] = [];
  const tell = (...all: unknown[]): void => void texts.push(JSON.stringify(all, bigints));
  const span = { setAttributes: tell, setStatus: tell, end: () => {} };
  const instrument = { add: tell, record: tell };
  const observer = openTelemetryObserver({
    tracer: {
      startSpan: (name: string, options?: { readonly attributes?: SpanAttributes }) => {
        tell(name, options);
        return span;
      },
    },
    meter: { createCounter: () => instrument, createHistogram: () => instrument },
  });
  const handler = toSqsHandler(made, {
    log: (line) => {
      texts.push(line);
      carriedSoFar += Number(line.includes('"bytesIn":'));
    },
    observer,
    ledger: memoryLedger(),
    maxRejections: { share: 1 },
    ...(turn % 2 === 0 && { quarantine: { name: 'kept', write: async () => {} } }),
  });
  const body = JSON.stringify({ bucket: 'drop', key: 'day' });
  const record = {
    messageId: 'm',
    receiptHandle: 'r',
    body,
    attributes: {},
    messageAttributes: {},
    eventSource: 'aws:sqs',
  };
  try {
    tell(await handler({ Records: [record] } as never));
  } catch (error) {
    texts.push(String(error), JSON.stringify(error, bigints), (error as Error).stack ?? '');
  }
  return texts;
}
