import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feed, memoryLedger, type Rejection, type Sink, validate } from '@millrace/core';
import { fileSource } from '@millrace/file';
import { memorySink, memorySource } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseXlsx } from '../src/index.ts';
import { rows, text, workbook } from './support/workbook-file.ts';

const ids = Array.from({ length: 3000 }, (_, index) => index);
const sheet = (from: number, to: number): string =>
  rows([text('id')], ...ids.slice(from, to).map((id) => [`<v>${id}</v>`]));
const file = workbook({
  sheets: [
    { name: 'North', rows: sheet(0, 1000) },
    { name: 'South', rows: sheet(1000, 3000) },
  ],
});

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-xlsx-'));
  await writeFile(join(directory, 'a.xlsx'), file);
});
afterAll(() => rm(directory, { recursive: true }));

describe('a feed of workbooks', () => {
  it('gives each record the name of its sheet, and ordinals that go on', async () => {
    const sink = memorySink<{ readonly id: number }>();
    const reader = feed('t').from(fileSource()).through(parseXlsx<{ readonly id: number }>()).to(sink);
    const { reports } = await reader.run([{ path: join(directory, 'a.xlsx') }]);
    const entries = [...sink.stored.values()].map(({ entry }) => entry);
    expect(entries.map(({ ordinal, value, item }) => [ordinal, value.id, item.part])).toEqual(
      ids.map((id) => [id, id, id < 1000 ? 'North' : 'South']),
    );
    expect(reports[0]).toMatchObject({ outcome: 'complete', read: 3000, written: 3000 });
    expect(reports[0]!.counters['parseXlsx']).toEqual({ sheets: 2, sheetsLeftOut: 0 });
  });

  it('keeps sheet and row of a rejected record', async () => {
    const source = memorySource({
      objects: {
        a: [
          workbook({ sheets: [{ name: 'Data', rows: rows([text('id')], ['<v>1</v>'], ['<v>x</v>'], ['<v>9</v>']) }] }),
        ],
      },
    });
    const quarantine = memorySink<Rejection>();
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) =>
          (value as { readonly id: number }).id > 5
            ? { issues: [{ message: 'too high' }] }
            : { value: value as { readonly id: number } },
      },
    };
    const reader = feed('t')
      .from(source)
      .through(parseXlsx())
      .through(validate(schema))
      .to(memorySink<{ readonly id: number }>());
    const { reports } = await reader.run(source.refs(), { quarantine, maxRejections: { count: 5, share: 1 } });
    expect(reports[0]).toMatchObject({ outcome: 'complete', read: 3, written: 1, rejected: 2 });
    expect(quarantine.values()).toMatchObject([
      { ordinal: 1, code: 'XLSX_CELL_INVALID', line: 3, raw: '{"A":"x"}', item: { part: 'Data' } },
      { ordinal: 2, line: 4, item: { part: 'Data' } },
    ]);
  });

  it('names the sheet in an error, by its number alone in what is logged', async () => {
    const broken = workbook({
      sheets: [
        { name: 'Fine', rows: sheet(0, 2) },
        { name: 'Secret', rows: '<row r="0"/>' },
      ],
    });
    const source = memorySource({ objects: { a: [broken] } });
    const reader = feed('t').from(source).through(parseXlsx()).to(memorySink<unknown>());
    const { reports } = await reader.run(source.refs(), { onFailure: 'report' });
    expect(reports[0]!.error).toMatchObject({
      code: 'XLSX_INVALID',
      stage: 'parseXlsx',
      part: 'Secret',
      partNumber: 2,
    });
    expect(JSON.stringify(reports[0]!.error)).not.toContain('Secret');
  });

  it('goes on after what was settled', async () => {
    const source = memorySource({ objects: { a: [file] } });
    const ledger = memoryLedger();
    const kept: number[] = [];
    let broken = true;
    const sink: Sink<{ readonly id: number }> = {
      name: 'kept',
      limits: { count: 100 },
      write: async (entries) => {
        if (broken && entries[0]!.ordinal >= 1500) throw new Error('the table is away');
        kept.push(...entries.map(({ value }) => value.id));
      },
    };
    const reader = feed('t').from(source).through(parseXlsx<{ readonly id: number }>()).to(sink);
    const run = () => reader.run(source.refs(), { ledger, onFailure: 'report' });
    expect((await run()).reports[0]).toMatchObject({ outcome: 'failed', watermark: 1500 });
    broken = false;
    expect((await run()).reports[0]).toMatchObject({ outcome: 'complete', read: 3000, skipped: 1500, written: 1500 });
    expect(kept).toEqual(ids);
  });

  it('stops at once', async () => {
    const stop = new AbortController();
    const source = memorySource({
      objects: {
        a: [
          workbook({ sheets: [{ rows: rows([text('id')], ...Array.from({ length: 60_000 }, () => ['<v>1</v>'])) }] }),
        ],
      },
    });
    let seen = 0;
    const sink: Sink<unknown> = {
      name: 'stops',
      limits: { count: 100 },
      write: async (entries) => {
        seen += entries.length;
        if (seen >= 1000) stop.abort();
      },
    };
    const { reports } = await feed('t')
      .from(source)
      .through(parseXlsx())
      .to(sink)
      .run(source.refs(), { signal: stop.signal });
    expect(reports[0]).toMatchObject({ outcome: 'aborted' });
    expect(seen).toBeLessThan(10_000);
  });
});
