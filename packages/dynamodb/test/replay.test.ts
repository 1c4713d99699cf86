import { feed, map, memoryLedger, type Rejection, replay, type ReplayOptions } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { expect, it } from 'vitest';
import { dynamodbSink, landingItem } from '../src/index.ts';
import { localTables } from './support/local-tables.ts';

const tables = localTables();

interface Bin {
  readonly bin: string;
  readonly parts: string;
}

/** Versions of one object by their sequencers, into a table of its own, under natural keys. */
async function setUp(versions: Readonly<Record<string, readonly Bin[]>>) {
  const table = await tables.make();
  const textOf = (version: string) => versions[version]!.map((bin) => `${JSON.stringify(bin)}\n`).join('');
  const source = {
    name: 'hall',
    describe: () => 'hall',
    open: async (version: string) => ({
      origin: { id: `hall@${version}`, uri: 'hall', lastModified: `2026-01-${version}T00:00:00.000Z` },
      sequencer: version,
      chunks: async function* () {
        yield Buffer.from(textOf(version));
      },
    }),
  };
  const bins = (fixed: boolean) =>
    feed('bins')
      .from(source)
      .through(decodeText('utf-8'))
      .through(parseNdjson<Bin>())
      .through(
        map((row: Bin) => {
          const parts = fixed && row.parts === '?' ? 0 : Number(row.parts);
          if (Number.isNaN(parts)) throw new Error('no number');
          return { ...row, parts };
        }),
      )
      .through(landingItem({ key: ({ bin }) => bin }))
      .to(dynamodbSink({ table, client: tables.client() }));
  const rejections: Rejection[] = [];
  const quarantine = {
    name: 'kept',
    write: async (entries: readonly { readonly value: Rejection }[]) =>
      void rejections.push(...entries.map(({ value }) => value)),
  };
  const ledger = memoryLedger();
  const run = (...refs: readonly string[]) =>
    bins(false).run(refs, { ledger, quarantine, maxRejections: { share: 1 } });
  const again = (options: ReplayOptions = {}) => replay(bins(true), rejections, options);
  const parts = async () =>
    Object.fromEntries(
      (await tables.scan(table)).map(({ record }) => [record!.M!['bin']!.S!, record!.M!['parts']!.N!]).toSorted(),
    );
  return { ledger, run, again, parts };
}

it('leaves the records of a newer version as they are', async () => {
  const { ledger, run, again, parts } = await setUp({
    '01': [
      { bin: 'H1', parts: '?' },
      { bin: 'Y1', parts: '1' },
    ],
    '02': [
      { bin: 'H1', parts: '7' },
      { bin: 'Y1', parts: '2' },
    ],
  });
  await run('01');
  await run('02');
  const report = await again({ ledger });
  expect(report).toMatchObject({ tried: 1, superseded: 1, delivered: 0, rejected: 0, unsettled: 0 });
  expect(report.error).toBeUndefined();
  expect(await parts()).toEqual({ H1: '7', Y1: '2' });

  const blind = await again();
  expect(blind).toMatchObject({ tried: 0, delivered: 0, error: { code: 'REPLAY_LEDGER_REQUIRED' } });
  expect(await parts()).toEqual({ H1: '7', Y1: '2' });
});

it('leaves a later record of the same version as it is, and writes what nothing has replaced', async () => {
  const { ledger, run, again, parts } = await setUp({
    '01': [
      { bin: 'H1', parts: '?' },
      { bin: 'Y1', parts: '1' },
      { bin: 'H1', parts: '7' },
      { bin: 'Y1', parts: '?' },
    ],
  });
  await run('01');
  expect(await parts()).toEqual({ H1: '7', Y1: '1' });
  // Twice: a replay that was repeated does not change the table either.
  for (let times = 1; times <= 2; times += 1) {
    expect(await again({ ledger })).toMatchObject({ tried: 2, delivered: 2, superseded: 0, unsettled: 0 });
    expect(await parts()).toEqual({ H1: '7', Y1: '0' });
  }
});
