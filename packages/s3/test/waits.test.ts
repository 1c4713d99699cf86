import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it, vi } from 'vitest';
import { s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { itemContext } from './item-context.ts';
import { type Answer, inTurn, stubS3 } from './stub-s3.ts';

vi.mock('node:timers/promises', { spy: true });
const slept = vi.mocked(sleep);
beforeEach(() => void slept.mockReset().mockResolvedValue(undefined));

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
    response.write(rest.subarray(0, 70_000), () => response.end());
    if (rest.length > 70_000) response.on('finish', () => response.socket?.destroy());
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
