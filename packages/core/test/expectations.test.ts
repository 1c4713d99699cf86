import { describe, expect, it, vi } from 'vitest';
import {
  drop,
  type Each,
  type Expectations,
  feed,
  filter,
  memoryLedger,
  type Parser,
  type Rejection,
  type RunOptions,
  type Sink,
  withSink,
} from '@millrace/core';
import { part } from '@millrace/core/plugin';
import { asText, bytesSource, keep, keepRejections, lines, numbered, onText, textSource } from './fixtures.ts';

const run = async (chunks: readonly string[], expected: Expectations | undefined, options: RunOptions = {}) => {
  const report = await feed('expecting', { ...(expected && { expect: expected }) })
    .from(bytesSource())
    .through(asText)
    .through(lines())
    .to(keep<string>().sink)
    .run([{ name: 'file', chunks }], {
      quarantine: keepRejections().sink,
      maxRejections: { share: 1 },
      onFailure: 'report',
      ...options,
    });
  const [object] = report.reports;
  return object!.outcome === 'complete' ? 'complete' : object!.error!.toJSON();
};

const bad = (count: number, of: number): string =>
  Array.from({ length: of }, (_, index) => (index < count ? `bad ${index}\n` : `${index}\n`)).join('');

describe('an object without records', () => {
  it.each([
    ['nothing', [], 0],
    ['no byte', [''], 0],
    ['bytes that hold no record', ['\n\n'], 2],
  ])('fails by default if it has %s, and says how many bytes there are', async (_, chunks, bytes) => {
    expect(await run(chunks, undefined)).toMatchObject({
      code: 'OBJECT_WITHOUT_RECORDS',
      details: { records: 0, bytes },
    });
  });

  it('is complete if the feed, the run or the source allows it', async () => {
    expect(await run([], { records: { min: 0 } })).toBe('complete');
    expect(await run([], undefined, { expect: { records: { min: 0 } } })).toBe('complete');
    const source = { ...textSource(), mayBeEmpty: true };
    const emptied = (expected: Expectations) =>
      feed('scan', { expect: expected })
        .from(source)
        .through(lines())
        .to(keep<string>().sink)
        .run([{ name: 'segment', chunks: [] }], { onFailure: 'report' });
    expect((await emptied({})).outcome).toBe('complete');
    expect((await emptied({ records: { min: 1 } })).reports[0]?.error?.code).toBe('OBJECT_WITHOUT_RECORDS');
  });

  it('still fails if only a maximum is given', async () => {
    expect(await run([], { records: { max: 5 } })).toMatchObject({ code: 'OBJECT_WITHOUT_RECORDS' });
  });

  it('is another thing than one of which every record is left out', async () => {
    const nothing: Each<string, string> = { kind: 'each', name: 'nothing', apply: () => drop };
    for (const each of [filter<string>(() => false), nothing]) {
      const report = await feed('dropping')
        .from(textSource())
        .through(lines())
        .through(each)
        .to(keep<string>().sink)
        .run([numbered(3)]);
      expect(report.reports[0]).toMatchObject({ outcome: 'complete', read: 3, dropped: 3, written: 0 });
    }
  });
});

describe('an expectation that is not met', () => {
  it.each<[string, Expectations, string | { code: string; details: object }]>([
    ['as many records as at least', { records: { min: 3 } }, 'complete'],
    [
      'fewer records',
      { records: { min: 4, max: 9 } },
      { code: 'OBJECT_RECORDS_UNEXPECTED', details: { min: 4, max: 9, actual: 3 } },
    ],
    ['as many records as at most', { records: { max: 3 } }, 'complete'],
    ['more records', { records: { max: 2 } }, { code: 'OBJECT_RECORDS_UNEXPECTED', details: { max: 2, actual: 3 } }],
    ['as many bytes as at least and at most', { bytes: { min: 6, max: 6 } }, 'complete'],
    ['fewer bytes', { bytes: { min: 7 } }, { code: 'OBJECT_BYTES_UNEXPECTED', details: { min: 7, actual: 6 } }],
    ['more bytes', { bytes: { max: 5 } }, { code: 'OBJECT_BYTES_UNEXPECTED', details: { max: 5, actual: 6 } }],
  ])('fails the object with the actual values: %s', async (_, expected, result) => {
    const came = await run(['0\n1\n', '2\n'], expected);
    if (typeof result === 'string') expect(came).toBe(result);
    else expect(came).toMatchObject(result);
    // Another delivery brings the same object.
    expect(came).not.toHaveProperty('retryable');
  });

  it.each<[Expectations, string]>([
    [{ records: { min: 4, max: 9 } }, '3 records, and the feed expects at least 4 and at most 9 (expect.records).'],
    [{ records: { min: 4 } }, '3 records, and the feed expects at least 4 (expect.records).'],
    [{ records: { min: 0, max: 2 } }, '3 records, and the feed expects at most 2 (expect.records).'],
    [{ bytes: { max: 5 } }, '6 bytes, and the feed expects at most 5 (expect.bytes).'],
  ])('says what was expected: %j', async (expected, text) => {
    expect(await run(['0\n1\n', '2\n'], expected)).toMatchObject({ message: expect.stringContaining(text) as string });
  });

  it('judges the ratio of rejections at the end, however few records there are', async () => {
    expect(await run([bad(2, 20)], { rejectedRatio: { max: 0.1 } })).toBe('complete');
    expect(await run([bad(2, 19)], { rejectedRatio: { max: 0.1 } })).toMatchObject({
      code: 'OBJECT_REJECTIONS_UNEXPECTED',
      details: { max: 0.1, rejected: 2, records: 19 },
    });
    // 0.29 × 100 is less than 29 in binary.
    expect(await run([bad(29, 100)], { rejectedRatio: { max: 0.29 } })).toBe('complete');
    expect(await run([bad(1, 2000)], { rejectedRatio: { max: 0 } })).toMatchObject({ details: { rejected: 1 } });
    const accepted = { allRejected: 'accept' } as const;
    expect(await run([bad(3, 3)], { rejectedRatio: { max: 0.5 } }, accepted)).toMatchObject({
      code: 'OBJECT_REJECTIONS_UNEXPECTED',
    });
  });

  it('leaves a failure that came before as it is', async () => {
    const failing = { records: { min: 100 }, bytes: { min: 100 }, rejectedRatio: { max: 0 } };
    expect(await run([bad(3, 5)], failing, { maxRejections: { count: 2 } })).toMatchObject({
      code: 'TOO_MANY_REJECTIONS',
    });
    expect(await run([bad(3, 3)], failing)).toMatchObject({ code: 'ALL_RECORDS_REJECTED' });
  });

  it('of a run takes the place of that of its feed, member by member', async () => {
    const ofFeed = { records: { min: 100 }, bytes: { min: 100 } };
    expect(await run(['0\n'], ofFeed, { expect: { records: { max: 1 } } })).toMatchObject({
      code: 'OBJECT_BYTES_UNEXPECTED',
    });
    const none = { records: {}, bytes: {} };
    expect(await run(['0\n'], ofFeed, { expect: none })).toBe('complete');
    expect(await run(['0\n'], ofFeed, { expect: { bytes: {}, records: undefined } as never })).toMatchObject({
      code: 'OBJECT_RECORDS_UNEXPECTED',
    });
  });

  it('is kept with another sink', () => {
    const one = feed('one', { expect: { records: { min: 7 } } })
      .from(textSource())
      .through(lines())
      .to(keep<string>().sink);
    expect(withSink(one, keep<unknown>().sink).expect).toEqual({ records: { min: 7 } });
    expect(Object.isFrozen(one.expect)).toBe(true);
  });

  it('closes the rejections of the object with a note', async () => {
    const quarantine = keepRejections();
    await run([bad(2, 10)], { rejectedRatio: { max: 0.1 } }, { quarantine: quarantine.sink });
    expect(quarantine.values().map(({ code, scope }) => [code, scope])).toEqual([
      ['BAD_LINE', undefined],
      ['BAD_LINE', undefined],
      ['OBJECT_REJECTIONS_UNEXPECTED', 'item'],
    ]);
  });
});

describe('an object that is read in several runs', () => {
  const resumed = (sink: Sink<string>, expected: Expectations) =>
    feed('resumed', { expect: expected }).from(textSource()).through(lines()).to(sink);
  const object = { name: 'file', chunks: [bad(3, 30)] };

  it('is judged by what all of them read and rejected', async () => {
    const ledger = memoryLedger();
    const quarantine = keep<Rejection>({ name: 'kept-rejections', limits: { count: 1 } }).sink;
    const options = { ledger, quarantine, maxRejections: { share: 1 }, onFailure: 'report' } as const;
    let writes = 0;
    const breaking = keep<string>({
      limits: { count: 5 },
      before: async () => {
        writes += 1;
        if (writes === 3) throw new Error('the table is on fire');
      },
    });
    const exact = { records: { min: 30, max: 30 }, rejectedRatio: { max: 0.1 } };
    const first = await resumed(breaking.sink, exact).run([object], options);
    expect(first.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'SINK_FAILED' } });
    const watermark = first.reports[0]!.watermark;
    expect(watermark).toBeGreaterThan(3);

    const strict = { records: { min: 30, max: 30 }, rejectedRatio: { max: 0.09 } };
    const second = await resumed(breaking.sink, strict).run([object], options);
    expect(second.reports[0]).toMatchObject({
      outcome: 'failed',
      read: 30,
      skipped: watermark,
      watermark: 30,
      error: { code: 'OBJECT_REJECTIONS_UNEXPECTED', details: { rejected: 3, records: 30 } },
    });
  });

  it('fails again when it is delivered again, and writes nothing once the expectation allows it', async () => {
    const ledger = memoryLedger();
    const kept = keep<string>();
    const short = { name: 'short', chunks: ['0\n1\n'] };
    for (let delivery = 1; delivery <= 2; delivery += 1) {
      const { reports } = await resumed(kept.sink, { records: { min: 3 } }).run([short], {
        ledger,
        onFailure: 'report',
      });
      expect(reports[0]).toMatchObject({ outcome: 'failed', watermark: 2, error: { retryable: false } });
      expect(await ledger.entries('resumed', 'text:short')).toMatchObject([
        {
          state: 'failed',
          attempts: delivery,
          watermark: 2,
          report: { error: { code: 'OBJECT_RECORDS_UNEXPECTED', details: { min: 3, actual: 2 } } },
        },
      ]);
    }
    const { reports } = await resumed(kept.sink, { records: { min: 2 } }).run([short], { ledger });
    expect(reports[0]).toMatchObject({ outcome: 'complete', skipped: 2, written: 0 });
    expect(kept.values()).toEqual(['0', '1']);
  });

  it('is not judged before it was read to its end', async () => {
    vi.useFakeTimers();
    const ledger = memoryLedger();
    const controller = new AbortController();
    const stopping = keep<string>({ limits: { count: 1 }, before: async () => controller.abort() });
    const expected = { records: { min: 5 } };
    const aborted = await resumed(stopping.sink, expected).run([numbered(5, 1)], { ledger, signal: controller.signal });
    expect(aborted.reports[0]).toMatchObject({ outcome: 'aborted', error: { code: 'RUN_ABORTED' } });
    vi.useRealTimers();
    const { reports } = await resumed(keep<string>().sink, expected).run([numbered(5, 1)], { ledger });
    expect(reports[0]).toMatchObject({ outcome: 'complete', read: 5 });
  });
});

/** `# a b` names columns. */
const table = (reports = true): Parser<string, string> => ({
  kind: 'parser',
  name: 'table',
  reportsColumns: true,
  start: ({ reportColumns }) => ({
    push: (chunk) =>
      chunk.split('\n').filter((line) => {
        if (line.startsWith('# ') && reports) reportColumns?.(line.slice(2).split(' '));
        return line !== '' && !line.startsWith('#');
      }),
  }),
});

describe('required columns', () => {
  const unpack = onText('unpack', () => ({ push: (chunk) => [chunk.startsWith('> ') ? part(chunk.slice(2)) : chunk] }));
  const process = async (chunks: readonly string[], parser = table(), records = {}) => {
    const kept = keep<string>();
    const report = await feed('tables', { expect: { columns: { required: ['bin', 'parts'] }, records } })
      .from(bytesSource())
      .through(unpack)
      .through(asText)
      .through(parser)
      .to(kept.sink)
      .run([{ name: 'table', chunks }], { onFailure: 'report' });
    return { object: report.reports[0]!, kept: kept.values() };
  };

  it('may have others beside them, in any order', async () => {
    const { object, kept } = await process(['# parts color bin\nx\n']);
    expect(object.outcome).toBe('complete');
    expect(kept).toEqual(['x']);
  });

  it('fail the object before a record is written, and name those that are missing and no other', async () => {
    const { object, kept } = await process(['# bin secret\n', 'x\n']);
    expect(object).toMatchObject({
      outcome: 'failed',
      read: 0,
      watermark: 0,
      error: { code: 'OBJECT_COLUMNS_MISSING' },
    });
    expect(object.error).toMatchObject({ stage: 'table', details: { missing: ['parts'], columns: 2 } });
    expect(JSON.stringify(object)).not.toContain('secret');
    expect(kept).toEqual([]);
  });

  it('are those of each part', async () => {
    expect((await process(['> a', '# bin parts\nx\n', '> b', '# bin parts\ny\n'])).kept).toEqual(['x', 'y']);
    const { object } = await process(['> a', '# bin parts\nx\n', '> b', '# bin\ny\n']);
    expect(object.error).toMatchObject({ code: 'OBJECT_COLUMNS_MISSING', partNumber: 2 });
  });

  it('are not asked for where nothing is', async () => {
    expect((await process([], table(), { min: 0 })).object.outcome).toBe('complete');
    expect((await process([])).object.error?.code).toBe('OBJECT_WITHOUT_RECORDS');
  });

  it('fail an object whose parser does not keep its word', async () => {
    const { object } = await process(['# bin parts\nx\n'], table(false));
    expect(object.error).toMatchObject({ code: 'CODEC_CONTRACT', stage: 'table' });
  });

  it('are refused before a parser that knows none, by the feed and by the run', async () => {
    const columns = { required: ['bin'] };
    const invalid = expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('lines()') });
    const build = (expected: Expectations) =>
      feed('tables', { expect: expected }).from(textSource()).through(lines()).to(keep<string>().sink);
    expect(() => build({ columns })).toThrow(invalid);
    await expect(build({}).run([], { expect: { columns } })).rejects.toThrow(invalid);
  });
});

describe('expectations that cannot be', () => {
  it.each<[string, string, object]>([
    ['of another name', 'OPTION_UNKNOWN', { rows: { min: 1 } }],
    ['of a range with another name', 'OPTION_UNKNOWN', { records: { least: 1 } }],
    ['of fewer than no records', 'OPTION_INVALID', { records: { min: -1 } }],
    ['of half a byte', 'OPTION_INVALID', { bytes: { max: 0.5 } }],
    ['of more at least than at most', 'OPTION_INVALID', { records: { min: 2, max: 1 } }],
    ['of a ratio above 1', 'OPTION_INVALID', { rejectedRatio: { max: 1.1 } }],
    ['of a ratio without a value', 'OPTION_INVALID', { rejectedRatio: {} }],
    ['of a ratio that is a number', 'OPTION_INVALID', { rejectedRatio: 0.1 }],
    ['of no columns', 'OPTION_INVALID', { columns: { required: [] } }],
    ['of a column without a name', 'OPTION_INVALID', { columns: { required: [''] } }],
  ])('are refused when the feed is made: %s', async (_, code, expected) => {
    expect(() => feed('wrong', { expect: expected as never })).toThrow(expect.objectContaining({ code }));
    const right = feed('right').from(textSource()).through(lines()).to(keep<string>().sink);
    await expect(right.run([], { expect: expected as never })).rejects.toMatchObject({ code });
    expect(() => right.openRun({ expect: expected as never })).toThrow(expect.objectContaining({ code }));
  });

  it('are refused as options that a feed does not have', () => {
    expect(() => feed('wrong', { expects: {} } as never)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });
});
