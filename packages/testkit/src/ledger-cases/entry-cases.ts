import assert from 'node:assert/strict';
import { MillraceError } from '@millrace/core';
import { finish, type LedgerCase, progress, reportOf } from './ledger-bench.ts';

/** What an auditor reads. */
export const entryCases: readonly LedgerCase[] = [
  {
    name: 'an object that was never claimed has no entries',
    clause: '9.10',
    check: async ({ ledger, object }) => assert.deepEqual(await ledger.entries('cases', object), []),
  },
  {
    name: 'an entry tells all that the claim told',
    clause: '9.10',
    check: async ({ ledger, request, object, now, entry }) => {
      const origin = {
        id: 's3://first/a%20b.gz?versionId=1',
        uri: 's3://first/a b.gz',
        versionId: '1',
        etag: 'abc-2',
        size: 5_497_558_138_880,
        lastModified: '2026-01-02T03:04:05.000Z',
        readFrom: object,
      };
      const asked = request({ origin, sequencer: '00AB', versionTag: 'tag', signature: 'csv-1' });
      await ledger.claim(asked);
      assert.deepEqual(await entry(), {
        feed: 'cases',
        object,
        origin,
        state: 'claimed',
        watermark: 0,
        rejected: 0,
        attempts: 1,
        claimId: asked.claimId,
        leaseUntil: now() + asked.leaseMs,
        sequencer: '00AB',
        versionTag: 'tag',
        generation: 1,
        signature: 'csv-1',
        firstClaimedAt: new Date(now()).toISOString(),
        updatedAt: new Date(now()).toISOString(),
      });
    },
  },
  {
    name: 'finishing stores the outcome and the whole report',
    clause: '9.4',
    check: async ({ ledger, granted, entry, pass, now }) => {
      const holder = await granted({ versionTag: 'tag' });
      const report = reportOf(holder, {
        watermark: 90,
        read: 100,
        expanded: 5,
        written: 80,
        rejected: 7,
        dropped: 3,
        skipped: 10,
        unsettled: 5,
        bytesIn: 2 ** 41,
        bytesDecoded: 2 ** 42,
        rejections: { BAD_LINE: 6, é: 1 },
        counters: { dynamodb: { retries: 2, writeUnits: 80.5 }, gunzip: {} },
        outcome: 'complete',
      });
      pass(500);
      await ledger.finish(holder, progress(90, 7), report);
      const { state, watermark, rejected, leaseUntil, updatedAt, versionTag, report: stored } = await entry();
      assert.deepEqual(stored, report);
      assert.deepEqual(
        { state, watermark, rejected, leaseUntil, updatedAt, versionTag },
        {
          state: 'complete',
          watermark: 90,
          rejected: 7,
          leaseUntil: 0,
          updatedAt: new Date(now()).toISOString(),
          versionTag: 'tag',
        },
      );
    },
  },
  {
    name: 'the error of a report stays a coded error with its place and details',
    clause: '9.4',
    check: async ({ ledger, granted, entry }) => {
      const holder = await granted();
      const error = new MillraceError('BROKEN', 'It broke.', {
        stage: 'gunzip',
        item: holder.origin.id,
        ordinal: 12,
        details: { at: 1234, list: ['a', null] },
        cause: new Error('inner', { cause: new TypeError('innermost') }),
      });
      await ledger.finish(holder, progress(12), reportOf(holder, { outcome: 'failed', watermark: 12, error }));
      const { state, report } = await entry();
      assert.equal(state, 'failed');
      assert.ok(report?.error instanceof Error);
      assert.deepEqual(JSON.parse(JSON.stringify(report.error)), JSON.parse(JSON.stringify(error)));
      assert.deepEqual([report.error.code, report.error.stage], ['BROKEN', 'gunzip']);
    },
  },
  {
    name: 'the report is the last one',
    clause: '9.10',
    check: async (bench) => {
      await finish(bench, await bench.granted(), 'failed', 1);
      await finish(bench, await bench.granted(), 'aborted', 2);
      await finish(bench, await bench.granted(), 'complete', 3);
      const { state, attempts, watermark, report } = await bench.entry();
      assert.deepEqual(
        [state, attempts, watermark, report?.outcome, report?.watermark],
        ['complete', 3, 3, 'complete', 3],
      );
    },
  },
  {
    name: 'a later claim adds what an earlier one did not know',
    clause: '9.10',
    check: async (bench) => {
      await finish(bench, await bench.granted({ sequencer: '01' }), 'aborted');
      await finish(bench, await bench.granted({ versionTag: 'tag' }), 'aborted');
      const { sequencer, versionTag } = await bench.entry();
      assert.deepEqual({ sequencer, versionTag }, { sequencer: '01', versionTag: 'tag' });
    },
  },
  {
    name: 'feeds are kept apart',
    clause: '9.8',
    check: async (bench) => {
      const { ledger, object } = bench;
      await finish(bench, await bench.granted({ sequencer: '02' }));
      const other = await bench.granted({ feed: 'other', sequencer: '01' });
      assert.deepEqual(
        (await ledger.entries('other', object)).map(({ feed, state }) => [feed, state]),
        [['other', 'claimed']],
      );
      await finish(bench, other, 'failed');
      assert.equal((await bench.entry()).state, 'complete');
    },
  },
  {
    name: 'objects are kept apart, whatever their names',
    clause: '9.8',
    check: async (bench) => {
      const { ledger, object } = bench;
      const long = 'ü'.repeat(1_200);
      const names = ['', '#', '#head', '/é,;=?&', ` ${long}a`, ` ${long}b`].map((suffix) => `${object}${suffix}`);
      for (const [index, name] of names.entries()) {
        const holder = await bench.granted({ object: name, sequencer: '01', version: `${long}${index}` });
        await finish(bench, holder, 'aborted', index);
      }
      for (const [index, name] of names.entries()) {
        const entries = await ledger.entries('cases', name);
        assert.deepEqual(
          entries.map((one) => [one.object, one.watermark]),
          [[name, index]],
        );
      }
    },
  },
  {
    name: 'many versions are all told',
    clause: '9.10',
    check: async (bench) => {
      const report = { counters: { stage: { [`c${'x'.repeat(100_000)}`]: 1 } } };
      for (let version = 0; version < 12; version += 1) {
        const holder = await bench.granted({ version: String(version) });
        await bench.ledger.finish(holder, progress(version), reportOf(holder, report));
      }
      const entries = await bench.ledger.entries('cases', bench.object);
      assert.deepEqual(
        entries.map(({ watermark }) => watermark).toSorted((left, right) => left - right),
        Array.from({ length: 12 }, (_, index) => index),
      );
    },
  },
];
