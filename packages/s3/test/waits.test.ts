import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { itemContext } from './item-context.ts';
import { type Answer, errorAnswer, inTurn, stubS3 } from './stub-s3.ts';

let slept: MockInstance<typeof timers.setTimeout>;
beforeEach(() => {
  slept = vi.spyOn(timers, 'setTimeout').mockResolvedValue(undefined);
  syncBuiltinESMExports();
});
afterEach(() => {
  slept.mockRestore();
  syncBuiltinESMExports();
});

const waits = (): readonly unknown[] => slept.mock.calls.map(([ms]) => ms);
const ref = { bucket: 'bucket', key: 'key' };

it('doubles what it waits at most before a body is resumed', async () => {
  const content = Buffer.alloc(300_000, 'x');
  const piece: Answer = ({ headers: { range } }, response) => {
    const start = Number(/\d+/.exec(range ?? '0')?.[0]);
    const rest = content.subarray(start);
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': rest.length,
      etag: '"e"',
      ...(range !== undefined && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    // What was sent arrives before the end of the connection.
    response.write(rest.subarray(0, 70_000), () => void response.socket?.end());
  };
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  try {
    await using stub = await stubS3(piece);
    const item = await s3Source({ client: stub.client }).open(ref, itemContext());
    expect(Buffer.concat(await collect(item.chunks(itemContext()))).equals(content)).toBe(true);
    await item.close?.();
    expect(stub.requests).toHaveLength(5);
    expect(waits()).toEqual([50, 100, 200, 400]);
  } finally {
    random.mockRestore();
  }
});

it('never waits longer than ten seconds before a body is resumed', async () => {
  const whole: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 2, etag: '"e"' });
    response.write('a', () => void response.socket?.end());
  };
  const rest: Answer = (_request, response) => {
    const headers = { 'content-length': 1, etag: '"e"', 'content-range': 'bytes 1-1/2' };
    response.writeHead(206, headers).end('b');
  };
  const random = vi.spyOn(Math, 'random').mockReturnValue(1);
  try {
    const busy = Array.from({ length: 8 }, () => errorAnswer(503, 'SlowDown'));
    await using stub = await stubS3(inTurn(whole, ...busy, rest));
    const item = await s3Source({ client: stub.client, maxResumes: 9 }).open(ref, itemContext());
    const context = itemContext();
    expect(Buffer.concat(await collect(item.chunks(context))).toString()).toBe('ab');
    await item.close?.();
    expect(context.counters).toEqual({ resumes: 9, unverified: 1 });
    expect(waits()).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  } finally {
    random.mockRestore();
  }
});

it('waits until two seconds after the time that is all that names a content', async () => {
  const at = (second: number): Answer => {
    const headers = { 'x-amz-request-id': 'R', 'last-modified': 'Sun, 22 Nov 2026 10:20:30 GMT' };
    const date = `Sun, 22 Nov 2026 10:20:${second} GMT`;
    return (_request, response) => void response.writeHead(200, { 'content-length': 3, ...headers, date }).end('abc');
  };
  await using stub = await stubS3(inTurn(at(30), at(31), at(32)));
  const item = await s3Source({ client: stub.client }).open(ref, itemContext());
  await item.close?.();
  expect(waits()).toEqual([2000, 1000]);
  expect(stub.requests).toHaveLength(3);
});
