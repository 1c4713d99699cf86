import { Agent } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { SourceItem } from '@millrace/core/plugin';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { type Answer, type StubS3, stubS3 } from './stub-s3.ts';

const IDLE_MS = 60_000;

// The clock stands still unless a test moves it, so that no time is measured.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Turns of the event loop until something is so. The test's own timeout ends what never comes. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setImmediate();
}

/** Sends the body of `held` never to its end, and answers to `silent` nothing at all. */
const answer: Answer = ({ url = '' }, response) => {
  if (url.includes('silent')) return;
  response.writeHead(200, { etag: '"e"', 'content-length': 7 });
  if (url.includes('held')) response.write('abc');
  else response.end('content');
};

interface Pool extends AsyncDisposable {
  readonly stub: StubS3;
  readonly open: (key: string, signal?: AbortSignal) => Promise<SourceItem<Uint8Array>>;
  readonly waiting: () => number;
}

/** A source whose client has one connection, which was used before: a client's agent is made at its first request. */
async function pool({ warm = true, idleTimeoutMs = IDLE_MS } = {}): Promise<Pool> {
  const stub = await stubS3(answer);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const client = stub.clientWith({ requestHandler: { httpAgent: agent } });
  const source = s3Source({ client, idleTimeoutMs, maxResumes: 0 });
  const open: Pool['open'] = (key, signal) => source.open({ bucket: 'bucket', key }, itemContext(signal));
  if (warm) await readAll(await open('first'));
  return {
    stub,
    open,
    waiting: () => Object.values(agent.requests).reduce((sum, queue) => sum + (queue?.length ?? 0), 0),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await stub[Symbol.asyncDispose]();
    },
  };
}

async function readAll(item: SourceItem<Uint8Array>): Promise<string> {
  const text = Buffer.concat(await collect(item.chunks(itemContext()))).toString();
  await item.close?.();
  return text;
}

describe('a request that waits for a connection of its own client', () => {
  it('is not called silence of S3, however long S3 may be silent, and is sent once a connection is free', async () => {
    await using own = await pool();
    const held = await own.open('held');
    const opening = own.open('next');
    await until(() => own.waiting() === 1);
    await vi.advanceTimersByTimeAsync(5 * IDLE_MS);
    expect(own.waiting()).toBe(1);
    await held.close?.();
    expect(await readAll(await opening)).toBe('content');
  });

  it('has the whole time for its response from then on', async () => {
    await using own = await pool();
    const held = await own.open('held');
    const failing = failureOf(own.open('silent'));
    let failed = false;
    void failing.then(() => (failed = true));
    await until(() => own.waiting() === 1);
    await vi.advanceTimersByTimeAsync(5 * IDLE_MS);
    await held.close?.();
    await until(() => own.stub.requests.some(({ url }) => url?.includes('silent')));
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    await setImmediate();
    expect(failed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failing).toMatchObject({ code: 'S3_UNAVAILABLE', retryable: true, details: { timeoutMs: IDLE_MS } });
  });

  it('is given up after ten times as long, with a code of its own that names maxSockets', async () => {
    await using own = await pool();
    const held = await own.open('held');
    const failing = failureOf(own.open('next'));
    await until(() => own.waiting() === 1);
    await vi.advanceTimersByTimeAsync(10 * IDLE_MS);
    const error = await failing;
    expect(error).toMatchObject({ code: 'S3_SOCKETS_EXHAUSTED', retryable: true, details: { maxSockets: 1 } });
    expect(error.message).toContain('maxSockets: 1');
    expect(own.stub.requests.some(({ url }) => url?.includes('next'))).toBe(false);
    await held.close?.();
  });

  it('is found also if its client makes its first connections just then', async () => {
    await using own = await pool({ warm: false });
    const both = Promise.all([own.open('held'), own.open('next')]);
    await until(() => own.waiting() === 1);
    await vi.advanceTimersByTimeAsync(5 * IDLE_MS);
    own.stub.sockets.forEach((socket) => socket.destroy());
    const [, next] = await both;
    expect(await readAll(next)).toBe('content');
  });

  it('waits as long as a timer can where ten times as long is more than that', async () => {
    await using own = await pool({ idleTimeoutMs: 2 ** 31 - 1 });
    const held = await own.open('held');
    const opening = own.open('next');
    await until(() => own.waiting() === 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(own.waiting()).toBe(1);
    await held.close?.();
    expect(await readAll(await opening)).toBe('content');
  });

  it('ends at once on an abort, with its reason', async () => {
    await using own = await pool();
    const held = await own.open('held');
    const abort = new AbortController();
    const opening = own.open('next', abort.signal).catch((error: unknown) => error);
    await until(() => own.waiting() === 1);
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await opening).toBe(reason);
    await held.close?.();
  });
});

it('a request that has a connection is given up in time, as ever', async () => {
  await using own = await pool();
  const failing = failureOf(own.open('silent'));
  await until(() => own.stub.requests.length === 2);
  await vi.advanceTimersByTimeAsync(IDLE_MS);
  expect(await failing).toMatchObject({ code: 'S3_UNAVAILABLE', retryable: true });
});
