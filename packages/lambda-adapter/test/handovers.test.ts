import { memoryLedger } from '@millrace/core';
import { describe, expect, it, vi } from 'vitest';
import {
  type ContinueWith,
  type ObjectRef,
  ObjectsFailedError,
  toMapHandler,
  toS3BatchHandler,
  toS3Handler,
  toSqsHandler,
} from '../src/index.ts';
import { s3BatchEvent, sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { type Behaviour, handMadeFeed } from './hand-made-feed.ts';

const quiet = { log: () => undefined };

/** Plays a chain of invocations, each of which hands the object on to the next. Returns how it ended, and after how many. */
async function chain(behave: Behaviour, most: number): Promise<{ invocations: number; code: string | undefined }> {
  let waiting: ObjectRef[] = [{ bucket: 'supplier-drop', key: 'long' }];
  const feed = handMadeFeed('prices', behave);
  const handler = toS3Handler(feed, {
    ...quiet,
    ledger: memoryLedger(),
    // As through a queue: the reference travels as JSON.
    continueWith: async (ref) => void waiting.push(JSON.parse(JSON.stringify(ref)) as ObjectRef),
  });
  for (let invocations = 1; invocations <= most; invocations += 1) {
    const [ref] = waiting;
    waiting = [];
    if (ref === undefined) return { invocations: invocations - 1, code: undefined };
    const thrown: unknown = await handler([ref]).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (thrown instanceof ObjectsFailedError) return { invocations, code: thrown.failures[0]?.error?.code };
  }
  return { invocations: most, code: 'endless' };
}

describe('an object that is handed on', () => {
  it('fails after three handovers that brought it no further', async () => {
    expect(await chain(() => ({ outcome: 'aborted', watermark: 5 }), 20)).toEqual({
      invocations: 4,
      code: 'LAMBDA_NO_PROGRESS',
    });
  });

  it('goes on for as long as it makes progress, however little', async () => {
    let watermark = 0;
    const step: Behaviour = () => (watermark < 12 ? { outcome: 'aborted', watermark: (watermark += 1) } : {});
    expect(await chain(step, 20)).toEqual({ invocations: 13, code: undefined });
  });

  it('is counted from the last progress on', async () => {
    const watermarks = [1, 1, 1, 2, 2, 2, 3];
    const step: Behaviour = () => {
      const watermark = watermarks.shift();
      return watermark === undefined ? {} : { outcome: 'aborted', watermark };
    };
    expect((await chain(step, 20)).code).toBeUndefined();
  });
});

describe('an object that there was no time to begin', () => {
  const outOfTime = { getRemainingTimeInMillis: () => 0 };
  const ref: ObjectRef = { bucket: 'supplier-drop', key: 'waiting' };
  const stand = () => {
    const feed = handMadeFeed('prices');
    const continueWith = vi.fn<ContinueWith>(async () => {});
    return { feed, continueWith, options: { ...quiet, ledger: memoryLedger(), continueWith } };
  };

  it('is handed on if nothing else delivers it again soon', async () => {
    const { feed, continueWith, options } = stand();
    const report = await toS3Handler(feed, options)([ref], outOfTime);
    expect(report.outcomes).toMatchObject({ continued: 1 });
    const summary = await toMapHandler(feed, options)([ref], outOfTime);
    expect(summary.outcomes).toMatchObject({ continued: 1 });
    expect(feed.calls).toEqual([]);
    const call = [
      { ...ref, handover: { watermark: 0, idle: 0 } },
      { watermark: 0, written: 0 },
    ];
    expect(continueWith.mock.calls).toEqual([call, call]);
  });

  it('is left to its queue, and to its job', async () => {
    const { feed, continueWith, options } = stand();
    const event = sqsEvent(sqsMessage([ref], { messageId: 'm1' }));
    expect(await toSqsHandler(feed, options)(event, outOfTime)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
    const job = s3BatchEvent('2.0', { key: 'waiting' });
    expect(await toS3BatchHandler(feed, options)(job, outOfTime)).toMatchObject({
      results: [{ resultCode: 'TemporaryFailure' }],
    });
    expect(feed.calls).toEqual([]);
    expect(continueWith).not.toHaveBeenCalled();
  });
});
