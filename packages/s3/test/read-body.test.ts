import { Readable } from 'node:stream';
import { MillraceError } from '@millrace/core';
import { describe, expect, it, vi } from 'vitest';
import { compareWith } from '../src/comparison.ts';
import { bareEtag, quotedEtag } from '../src/etag.ts';
import { answeredVersion, originOf } from '../src/object-version.ts';
import { parallelRanges } from '../src/parallel-ranges.ts';
import { isPinned, pin } from '../src/pin.ts';
import { readBody, type ReadBodyOptions } from '../src/read-body.ts';
import type { ByteRange } from '../src/resumable-ranges.ts';
import { storedChecksum } from '../src/running-checksum.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { holdTimers } from '../../../test/support/hold-timers.ts';

const IDLE_MS = 77_777;
const bytes = (count: number): Buffer => Buffer.alloc(count, 'x');

/** A body that gives these chunks, and then ends, fails, or waits for ever. */
function body(chunks: readonly Buffer[], end: 'ends' | 'waits' | Error = 'ends'): Readable {
  const left = [...chunks];
  return new Readable({
    read() {
      const chunk = left.shift();
      if (chunk !== undefined) this.push(chunk);
      else if (end === 'ends') this.push(null);
      else if (end !== 'waits') this.destroy(end);
    },
  });
}

function read(stream: Readable, more: Partial<ReadBodyOptions> = {}): AsyncGenerator<Uint8Array, void> {
  const { signal } = new AbortController();
  return readBody(stream, { uri: 's3://bucket/key', offset: 0, length: 5, idleTimeoutMs: IDLE_MS, signal, ...more });
}

const lost = Object.assign(new Error('lost'), { code: 'ECONNRESET' });
const differs = new Error('the checksum differs');

describe('a body', () => {
  it('is read to the byte that was announced, counted from where it begins', async () => {
    expect(Buffer.concat(await collect(read(body([bytes(2), bytes(3)])))).length).toBe(5);
    expect((await collect(read(body([bytes(2)]), { offset: 3 }))).length).toBe(1);
    expect((await collect(read(body([bytes(9)]), { length: undefined }))).length).toBe(1);
  });

  it.each<[string, readonly Buffer[], 'ends' | Error, number | undefined, string]>([
    ['ends early', [bytes(4)], 'ends', 5, 'S3_BODY_TRUNCATED'],
    ['loses its connection', [bytes(4)], lost, 5, 'S3_BODY_TRUNCATED'],
    ['loses its connection at its end', [bytes(5)], lost, 5, 'S3_BODY_TRUNCATED'],
    ['fails before its end', [bytes(4)], differs, 5, 'S3_BODY_TRUNCATED'],
    ['fails at its end without a code', [bytes(5)], differs, 5, 'S3_BODY_CORRUPT'],
    ['is too long', [bytes(6)], 'ends', 5, 'S3_BODY_CORRUPT'],
    ['fails, and nobody knows its length', [bytes(4)], differs, undefined, 'S3_BODY_CORRUPT'],
    ['loses its connection, and nobody knows its length', [bytes(4)], lost, undefined, 'S3_BODY_TRUNCATED'],
  ])('that %s is not whole', async (_, chunks, end, length, code) => {
    using timers = holdTimers(IDLE_MS);
    const stream = body(chunks, end);
    const error = await failureOf(collect(read(stream, { length })));
    expect(timers.pending()).toBe(0);
    expect(error).toMatchObject({ code, retryable: true, details: { uri: 's3://bucket/key', length } });
    if (end instanceof Error) expect(error.cause).toBe(end);
    expect(stream.destroyed).toBe(true);
  });

  it('that delivers nothing for the time that is allowed has stalled, and no timer is left', async () => {
    using timers = holdTimers(IDLE_MS);
    const stream = body([bytes(2)], 'waits');
    const chunks = read(stream);
    await chunks.next();
    expect(timers.pending()).toBe(0);
    const waiting = failureOf(chunks.next());
    await vi.waitFor(() => expect(timers.pending()).toBe(1));
    timers.fire();
    expect(await waiting).toMatchObject({
      code: 'S3_BODY_STALLED',
      retryable: true,
      details: { received: 2, length: 5, idleTimeoutMs: IDLE_MS },
    });
    expect([stream.destroyed, timers.pending()]).toEqual([true, 0]);
  });

  it('leaves neither listener nor timer, whether it is read to its end or left', async () => {
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    using timers = holdTimers(IDLE_MS);
    await collect(read(body([bytes(5)]), { signal }));
    const stream = body([bytes(2)], 'waits');
    const left = read(stream, { signal });
    await left.next();
    await left.return();
    expect(stream.destroyed).toBe(true);
    expect(add).toHaveBeenCalledTimes(2);
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener));
    expect(timers.pending()).toBe(0);
  });

  it('ends with the reason of the signal, before, while and after it is read', async () => {
    const reason = new Error('stop');
    await expect(collect(read(body([bytes(5)]), { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const abort = new AbortController();
    const stream = body([bytes(2)], 'waits');
    const chunks = read(stream, { signal: abort.signal });
    await chunks.next();
    const waiting = expect(chunks.next()).rejects.toBe(reason);
    abort.abort(reason);
    await waiting;
    expect(stream.destroyed).toBe(true);
    const late = new AbortController();
    const last = read(body([bytes(5)]), { signal: late.signal });
    await last.next();
    late.abort(reason);
    await expect(last.next()).rejects.toBe(reason);
  });
});

describe('ranges that are read side by side', () => {
  const content = Buffer.from('abcdefghij');
  const of = (more: Partial<Parameters<typeof parallelRanges>[0]> = {}) => {
    const begun: ByteRange[] = [];
    const { signal } = new AbortController();
    const ranges = parallelRanges({
      length: content.length,
      count: 2,
      bytes: 4,
      signal,
      read: async function* (range) {
        begun.push(range);
        yield content.subarray(range.start, range.end);
      },
      ...more,
    });
    return { begun, ranges };
  };

  it('cover the object, and begin when the one that is two before them was handed out', async () => {
    const { begun, ranges } = of();
    const texts: string[] = [];
    for (const expected of [2, 3, 3]) {
      texts.push(Buffer.from((await ranges.next()).value!).toString());
      expect(begun).toHaveLength(expected);
    }
    expect(texts).toEqual(['abcd', 'efgh', 'ij']);
    expect((await ranges.next()).done).toBe(true);
    expect(begun).toEqual([
      { start: 0, end: 4 },
      { start: 4, end: 8 },
      { start: 8, end: 10 },
    ]);
  });

  it('end with the reason of the signal, which reaches each of them', async () => {
    const reason = new Error('stop');
    const { ranges, begun } = of({ signal: AbortSignal.abort(reason) });
    await expect(ranges.next()).rejects.toBe(reason);
    expect(begun).toEqual([]);
    const abort = new AbortController();
    const reasons: unknown[] = [];
    const waiting = of({
      signal: abort.signal,
      read: async function* ({ start }, signal) {
        yield content.subarray(start, start + 1);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(signal.reason);
        signal.throwIfAborted();
      },
    }).ranges;
    await waiting.next();
    const failed = expect(waiting.next()).rejects.toBe(reason);
    abort.abort(reason);
    await failed;
    expect(reasons).toEqual([reason, reason]);
  });

  it('fail where the bytes of the one that fails would have come', async () => {
    const failure = new MillraceError('S3_BODY_TRUNCATED', 'cut');
    const { ranges } = of({
      read: async function* ({ start, end }) {
        if (start === 4) throw failure;
        yield content.subarray(start, end);
      },
    });
    expect(Buffer.from((await ranges.next()).value!).toString()).toBe('abcd');
    await expect(ranges.next()).rejects.toBe(failure);
  });
});

describe('what names a version', () => {
  it('is an ETag without quotes and without the mark of a weak one', () => {
    expect(['"e"', 'W/"e"', 'e', undefined].map(bareEtag)).toEqual(['e', 'e', 'e', undefined]);
    expect(['"e"', 'W/"e"', 'e'].map(quotedEtag)).toEqual(['"e"', '"e"', '"e"']);
  });

  it('is asked for as far as the reference names it', () => {
    const object = { bucket: 'b', key: 'k' };
    const asked = { Bucket: 'b', Key: 'k' };
    expect(pin(object)).toEqual(asked);
    expect(pin({ ...object, versionId: 'v' })).toEqual({ ...asked, VersionId: 'v' });
    expect(pin({ ...object, etag: 'W/"e"' })).toEqual({ ...asked, IfMatch: '"e"' });
    expect([object, { ...object, versionId: 'v' }, { ...object, etag: 'e' }].map(isPinned)).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is what the answer says, and the ETag of the reference only if it says none', () => {
    const named = { bucket: 'b', key: 'k', etag: '"named"' };
    const LastModified = new Date('2026-01-01T00:00:00Z');
    const all = { VersionId: 'v', ETag: '"e"', ContentLength: 0, LastModified };
    const version = {
      bucket: 'b',
      key: 'k',
      versionId: 'v',
      etag: 'e',
      size: 0,
      lastModified: '2026-01-01T00:00:00.000Z',
    };
    expect(answeredVersion(named, all)).toEqual(version);
    expect(answeredVersion(named, { VersionId: 'null' })).toEqual({ bucket: 'b', key: 'k', etag: 'named' });
    expect(Object.keys(answeredVersion({ bucket: 'b', key: 'k' }, {}))).toEqual(['bucket', 'key']);
    expect(originOf(version, 'copy')).toEqual({
      id: 's3://b/k?versionId=v&etag=e',
      uri: 's3://b/k',
      versionId: 'v',
      etag: 'e',
      size: 0,
      lastModified: version.lastModified,
      readFrom: 'copy',
    });
    expect(Object.keys(originOf({ bucket: 'b', key: 'k', etag: 'e' }))).toEqual(['id', 'uri', 'etag']);
    expect(Object.keys(originOf({ bucket: 'b', key: 'k', versionId: 'v' }))).toEqual(['id', 'uri', 'versionId']);
    const unknown = expect.objectContaining({ code: 'S3_VERSION_UNKNOWN', retryable: true }) as Error;
    const { lastModified } = version;
    for (const more of [{}, { size: 1 }, { lastModified }])
      expect(() => originOf({ bucket: 'b', key: 'k', ...more })).toThrow(unknown);
    expect(originOf({ bucket: 'b', key: 'k', size: 0, lastModified }).id).toMatch(/\?lastModified=[^&]+&size=0$/);
  });
});

describe('a stored checksum', () => {
  const crc = (value: string, more: object = {}) => storedChecksum({ 'x-amz-checksum-crc32': value, ...more });

  it('is compared once all has arrived, and once', () => {
    // The CRC-32 of "123456789".
    const comparison = compareWith(crc('y/Q5Jg==')!, 's3://b/k');
    for (const digit of '123456789') comparison.update(Buffer.from(digit));
    for (let time = 0; time < 2; time += 1) expect(() => comparison.end()).not.toThrow();
    const other = compareWith(crc('AAAAAQ==')!, 's3://b/k');
    expect(() => other.end()).toThrow(
      expect.objectContaining({
        code: 'S3_BODY_CORRUPT',
        retryable: true,
        details: { uri: 's3://b/k', algorithm: 'CRC32', stored: 'AAAAAQ==', arrived: 'AAAAAA==' },
      }),
    );
    expect(() => other.end()).not.toThrow();
  });

  it('is none if it is of the parts, or there is none', () => {
    expect(storedChecksum({})).toBeUndefined();
    expect(crc('AAAAAA==', { 'x-amz-checksum-type': 'FULL_OBJECT' })?.value).toBe('AAAAAA==');
    expect(crc('AAAAAA==', { 'x-amz-checksum-type': 'COMPOSITE' })).toBeUndefined();
    expect(crc('AAAAAA==-3')).toBeUndefined();
  });
});
