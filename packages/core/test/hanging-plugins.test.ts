import {
  type Each,
  feed,
  type Ledger,
  memoryLedger,
  type Parser,
  type Quarantine,
  type RangedSource,
  type RangeParser,
  type RunOptions,
  type RunReport,
  type Sink,
  type Source,
} from '@millrace/core';
import type { RangedItem } from '@millrace/core/plugin';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asText, bytesSource, keep, keepRejections, lines, numbered, onText, type TextRef } from './fixtures.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 2) }));
afterEach(() => void vi.useRealTimers());

/** Never settles, and does not look at its signal. */
const never = (): Promise<never> => new Promise(() => {});

async function* neverYields(): AsyncGenerator<never, void, undefined> {
  yield await never();
}

/** Everything that a run waits for. */
interface Plugins {
  readonly source: Source<TextRef, Uint8Array>;
  readonly decompressor: ReturnType<typeof onText>;
  readonly decoder: typeof asText;
  readonly parser: Parser<string, string>;
  readonly each: Each<string, string>;
  readonly sink: Sink<string>;
  readonly ledger: Ledger;
  readonly refs: Iterable<TextRef> | AsyncIterable<TextRef>;
  readonly options: RunOptions;
}

function sound(): Plugins {
  return {
    source: bytesSource(),
    decompressor: onText('same', () => ({ push: (text) => [text] })),
    decoder: asText,
    parser: lines(),
    each: { kind: 'each', name: 'same', apply: (value) => value },
    sink: keep<string>().sink,
    ledger: memoryLedger(),
    refs: [numbered(50)],
    options: {},
  };
}

/** An opened object of which one member is another. */
const opened = (source: Plugins['source'], change: object): Partial<Plugins> => ({
  source: { ...source, open: async (ref, context) => ({ ...(await source.open(ref, context)), ...change }) },
});

/** Refuses every record, so that the object fails and its rejections are closed by a note. */
const refusing: Pick<Plugins, 'each'> = {
  each: {
    kind: 'each',
    name: 'refuse',
    apply: () => {
      throw new Error('no');
    },
  },
};

const quarantineThat = (write: Quarantine['write']): RunOptions => ({
  quarantine: { ...keepRejections().sink, write },
  maxRejections: { count: 3 },
});

const listing = (iterator: Partial<AsyncIterator<TextRef>>): Partial<Plugins> => ({
  refs: {
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: numbered(50) }), ...iterator }),
  },
});

/** Each asynchronous call that a run makes, and plugins of which it never ends. */
const seams: Readonly<Record<string, (plugins: Plugins) => Partial<Plugins>>> = {
  'source: identify': ({ source }) => ({ source: { ...source, identify: never as never } }),
  'source: open': ({ source }) => ({ source: { ...source, open: never } }),
  'source: the first chunk': ({ source }) => opened(source, { chunks: neverYields }),
  'source: a later chunk': ({ source }) =>
    opened(source, {
      chunks: async function* () {
        yield Buffer.from('1\n2\n');
        yield* neverYields();
      },
    }),
  'source: return of the chunks': ({ source }) => ({
    ...opened(source, {
      chunks: () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: Buffer.from('1\n') }),
          return: never,
        }),
      }),
    }),
    ...refusing,
  }),
  'source: close of an object': ({ source }) => opened(source, { close: never }),
  'decompressor: push': ({ decompressor }) => ({
    decompressor: { ...decompressor, start: () => ({ push: neverYields }) },
  }),
  'decompressor: end': ({ decompressor }) => ({
    decompressor: { ...decompressor, start: () => ({ push: (bytes) => [bytes], end: neverYields }) },
  }),
  'decompressor: close': ({ decompressor }) => ({
    decompressor: { ...decompressor, start: () => ({ push: (bytes) => [bytes], close: never }) },
  }),
  'charset decoder: push': ({ decoder }) => ({ decoder: { ...decoder, start: () => ({ push: neverYields }) } }),
  'charset decoder: end': ({ decoder }) => ({
    decoder: { ...decoder, start: (context) => ({ ...decoder.start(context), end: neverYields }) },
  }),
  'charset decoder: close': ({ decoder }) => ({
    decoder: { ...decoder, start: (context) => ({ ...decoder.start(context), close: never }) },
  }),
  'parser: push': ({ parser }) => ({ parser: { ...parser, start: () => ({ push: neverYields }) } }),
  'parser: end': ({ parser }) => ({
    parser: { ...parser, start: (context) => ({ ...parser.start(context), end: neverYields }) },
  }),
  'parser: close': ({ parser }) => ({
    parser: { ...parser, start: (context) => ({ ...parser.start(context), close: never }) },
  }),
  'transform: apply': ({ each }) => ({ each: { ...each, apply: never } }),
  'sink: write': ({ sink }) => ({ sink: { ...sink, write: never } }),
  'quarantine: write': () => ({ ...refusing, options: quarantineThat(never) }),
  'quarantine: the note on a failed object': () => ({
    ...refusing,
    options: quarantineThat((entries) =>
      entries.some(({ value }) => value.scope === 'item') ? never() : Promise.resolve(),
    ),
  }),
  'ledger: claim': ({ ledger }) => ({ ledger: { ...ledger, claim: never } }),
  'ledger: checkpoint': ({ ledger }) => ({
    ledger: { ...ledger, checkpoint: never },
    options: { checkpointRecords: 1 },
  }),
  'ledger: finish': ({ ledger }) => ({ ledger: { ...ledger, finish: never } }),
  'listing: next': () => listing({ next: never }),
  'listing: return': ({ sink }) => ({ ...listing({ return: never }), sink: { ...sink, write: never } }),
};

const STOP_MS = 300;
const GRACE_MS = 500;
/** The grace period, a second for what is under way, and another for the ledger to take the outcome. */
const MOST_MS = STOP_MS + GRACE_MS + 2 * 1000;
const STEP_MS = 100;

function run({ refs, ledger, options, ...stages }: Plugins, limit: RunOptions): Promise<RunReport> {
  const { source, decompressor, decoder, parser, each, sink } = stages;
  const feeding = feed('test').from(source).through(decompressor).through(decoder).through(parser).through(each);
  return feeding.to(sink).run(refs, { ledger, graceMs: GRACE_MS, onFailure: 'report', ...limit, ...options });
}

/** Milliseconds until the run is over, in steps. */
async function endedAfter(running: Promise<RunReport>): Promise<number> {
  let ended = false;
  void running.then(
    () => (ended = true),
    () => (ended = true),
  );
  let after = 0;
  for (; !ended && after < 20_000; after += STEP_MS) await vi.advanceTimersByTimeAsync(STEP_MS);
  return after;
}

describe.each(Object.entries(seams))('a call that never settles: %s', (_, change) => {
  const plugins = (): Plugins => ({ ...sound(), ...change(sound()) });

  it('does not hold a run whose deadline has passed', async () => {
    expect(await endedAfter(run(plugins(), { deadline: Date.now() + STOP_MS }))).toBeLessThanOrEqual(MOST_MS + STEP_MS);
  });

  it('does not hold a run that its signal has stopped', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), STOP_MS);
    expect(await endedAfter(run(plugins(), { signal: controller.signal }))).toBeLessThanOrEqual(MOST_MS + STEP_MS);
  });
});

it('sound plugins end at once', async () => {
  expect(await endedAfter(run(sound(), { deadline: Date.now() + STOP_MS }))).toBeLessThan(STOP_MS);
});

describe('a call for ranges that never settles', () => {
  const item: RangedItem = { origin: { id: 'a', uri: 'a' }, size: 4, read: async () => Buffer.from('1234') };
  const source: RangedSource<string, Uint8Array> = {
    name: 'ranged',
    describe: (name) => name,
    open: never,
    openRanges: async () => item,
  };
  const parser: RangeParser<string> = {
    kind: 'range-parser',
    name: 'whole',
    open: async ({ size, read }) => ({
      outputs: async function* () {
        yield Buffer.from(await read(0, size)).toString();
      },
    }),
  };

  it.each<[string, typeof source, typeof parser]>([
    ['source: openRanges', { ...source, openRanges: never }, parser],
    ['source: read', { ...source, openRanges: async () => ({ ...item, read: never }) }, parser],
    ['source: close', { ...source, openRanges: async () => ({ ...item, close: never }) }, parser],
    ['range parser: open', source, { ...parser, open: never }],
    ['range parser: outputs', source, { ...parser, open: async () => ({ outputs: neverYields }) }],
  ])('%s does not hold a run whose deadline has passed', async (_, broken, parsing) => {
    const options: RunOptions = { deadline: Date.now() + STOP_MS, graceMs: GRACE_MS, onFailure: 'report' };
    const running = feed('test').from(broken).through(parsing).to(keep<string>().sink).run(['a'], options);
    expect(await endedAfter(running)).toBeLessThanOrEqual(MOST_MS + STEP_MS);
  });
});

it('a source that identifies by a promise is refused, as nothing waits for it', async () => {
  const broken = { ...sound(), ...seams['source: identify']!(sound()) };
  const report = await run(broken, {});
  expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'SOURCE_CONTRACT', stage: 'text' } });
});
