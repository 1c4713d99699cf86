import { type Expectations, memoryLedger, type Quarantine, type Rejection } from '@millrace/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ObjectsFailedError, toS3Handler } from '../src/index.ts';
import { s3Event } from './s3-payload.ts';
import { textFeed } from './text-feed.ts';

const LINES = 600;
const BAD = 30;
/** Every twentieth line is bad, the first ones in the first invocation and the last ones in the last. */
const text = Array.from({ length: LINES }, (_, line) => (line % 20 === 0 ? `bad ${line}\n` : `${line}\n`)).join('');

/** Time passes only in the feed, two milliseconds a write. */
beforeEach(
  () => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }),
);
afterEach(() => void vi.useRealTimers());

/** Carries the object through as many invocations as it takes. Returns the outcome of each, and the failure. */
async function carry(expected: Expectations): Promise<{
  readonly outcomes: readonly string[];
  readonly error: object | undefined;
  readonly rows: number;
  readonly rejected: number;
}> {
  const texts = textFeed({ long: text }, { writeMs: 2, movesClock: true, expect: expected });
  const rejections = new Set<number>();
  const quarantine: Quarantine = {
    name: 'kept',
    write: async (entries) => {
      for (const { value } of entries) if ((value as Rejection).scope !== 'item') rejections.add(value.ordinal);
    },
  };
  const outcomes: string[] = [];
  const waiting: unknown[] = [s3Event({ key: 'long' })];
  const handler = toS3Handler(texts.feed, {
    ledger: memoryLedger(),
    quarantine,
    log: (line) => outcomes.push((JSON.parse(line) as { readonly outcome: string }).outcome),
    continueWith: async (ref) => void waiting.push([JSON.parse(JSON.stringify(ref))]),
  });
  let error: object | undefined;
  for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
    await handler(event, { getRemainingTimeInMillis: () => 250 }).catch((thrown: unknown) => {
      if (!(thrown instanceof ObjectsFailedError)) throw thrown;
      error = thrown.failures[0]?.error?.toJSON();
    });
  }
  return { outcomes, error, rows: texts.rows.size, rejected: rejections.size };
}

it('counts the records and rejections of all invocations that an object took', async () => {
  const met = await carry({ records: { min: LINES, max: LINES }, rejectedRatio: { max: BAD / LINES } });
  expect(met.error).toBeUndefined();
  expect(met.outcomes.length).toBeGreaterThan(2);
  expect(met.outcomes).toEqual([...met.outcomes.slice(1).map(() => 'continued'), 'complete']);
  expect(met).toMatchObject({ rows: LINES - BAD, rejected: BAD });
});

it.each<[string, Expectations, object]>([
  [
    'too few records',
    { records: { min: LINES + 1 } },
    { code: 'OBJECT_RECORDS_UNEXPECTED', details: { actual: LINES } },
  ],
  [
    'too many records',
    { records: { max: LINES - 1 } },
    { code: 'OBJECT_RECORDS_UNEXPECTED', details: { actual: LINES } },
  ],
  [
    'too many rejections',
    { rejectedRatio: { max: (BAD - 1) / LINES } },
    { code: 'OBJECT_REJECTIONS_UNEXPECTED', details: { rejected: BAD, records: LINES } },
  ],
])('fails an object in its last invocation, and hands it on no more: %s', async (_, expected, error) => {
  const unmet = await carry(expected);
  expect(unmet.error).toMatchObject(error);
  expect(unmet.outcomes.length).toBeGreaterThan(2);
  expect(unmet.outcomes).toEqual([...unmet.outcomes.slice(1).map(() => 'continued'), 'failed']);
  expect(unmet).toMatchObject({ rows: LINES - BAD, rejected: BAD });
});
