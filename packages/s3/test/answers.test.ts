import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { MillraceError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { checkVersion, pinnedSize, wrongAnswer } from '../src/object-answer.ts';
import { parallelRanges } from '../src/parallel-ranges.ts';
import { checkPin } from '../src/pin.ts';
import { turns } from '../../../test/support/turns.ts';

const object = { bucket: 'bucket', key: 'key' };

describe('an answer to a request for one version', () => {
  const changed = expect.objectContaining({ code: 'S3_OBJECT_CHANGED' }) as Error;
  const named = { ...object, versionId: 'v1', etag: 'e' };

  it('is of that version if the store names it, or if it has none and the ETag is the same', () => {
    expect(() => checkPin(named, { VersionId: 'v1', ETag: '"e"' })).not.toThrow();
    expect(() => checkPin(named, { ETag: '"e"' })).not.toThrow();
    expect(() => checkPin({ ...object, versionId: 'null' }, {})).not.toThrow();
  });

  it('is of another version otherwise, whatever else is the same', () => {
    expect(() => checkPin(named, { VersionId: 'v2', ETag: '"e"' })).toThrow(changed);
    expect(() => checkPin(named, { VersionId: 'v1', ETag: '"other"' })).toThrow(changed);
    expect(() => checkPin(named, {})).toThrow(changed);
    expect(() => checkPin({ ...object, versionId: 'v1' }, { ETag: '"e"' })).toThrow(changed);
  });

  it('has the size of the reference only if the reference names a version', () => {
    expect(pinnedSize({ ...object, size: 3 })).toBeUndefined();
    expect(pinnedSize({ ...object, size: 3, etag: 'e' })).toBe(3);
    expect(pinnedSize({ ...object, size: 3, versionId: 'v' })).toBe(3);
  });
});

describe('the error of another version', () => {
  const thrown = (...given: Parameters<typeof checkPin>): unknown => {
    try {
      checkPin(...given);
    } catch (error) {
      return error;
    }
    return expect.fail('it was the same');
  };

  it('names what was asked for and what is there, and whether trying again helps', () => {
    const listed = { ...object, etag: '"e"' };
    const replaced = thrown(listed, { ETag: '"other"' }) as MillraceError;
    expect(replaced).toMatchObject({ code: 'S3_OBJECT_CHANGED', retryable: false });
    expect(replaced.message).toContain('s3://bucket/key changed since the event or listing that named it (ETag e). ');
    expect(replaced.details).toEqual({ ...listed, versionId: undefined, answered: 'other', replacedBy: 'other' });
    const versioned = thrown({ ...object, versionId: 'v' }, { ETag: '"other"' }) as MillraceError;
    expect(versioned.message).toContain('named it. ');
    expect(versioned.details).not.toHaveProperty('replacedBy');
    const unnamed = thrown(listed, { ETag: '"other"' }, object) as MillraceError;
    expect(unnamed).toMatchObject({ retryable: true });
    expect(unnamed.message).toContain('changed while it was read');
  });

  it('is also that of another length', () => {
    const subject = { action: 'read', uri: 's3://bucket/key' } as Parameters<typeof checkVersion>[2];
    const named = { ...object, etag: 'e', size: 3 };
    for (const more of [{ ContentLength: 3 }, {}])
      expect(() => checkVersion(named, { ETag: 'e', ...more }, subject)).not.toThrow();
    expect(() => checkVersion({ ...object, size: 3 }, { ContentLength: 4 }, subject)).not.toThrow();
    const invalid = expect.objectContaining({ code: 'S3_RESPONSE_INVALID' }) as Error;
    expect(() => checkVersion(named, { ETag: 'e', ContentLength: 4 }, subject)).toThrow(invalid);
    const changed = expect.objectContaining({ code: 'S3_OBJECT_CHANGED' }) as Error;
    expect(() => checkVersion(named, { ETag: 'f', ContentLength: 3 }, subject)).toThrow(changed);
  });
});

describe('an answer to a request for a whole object', () => {
  const answer = (more: Partial<GetObjectCommandOutput>, httpStatusCode = 200): GetObjectCommandOutput => ({
    $metadata: { httpStatusCode, requestId: 'R' },
    ETag: '"e"',
    ...more,
  });

  it('is not a part of it, by its status or by its range', () => {
    expect(wrongAnswer(object, answer({}))).toBeUndefined();
    expect(wrongAnswer(object, answer({}, 206))).toContain('only a part');
    expect(wrongAnswer(object, answer({ ContentRange: 'bytes 5-9/10' }))).toContain('bytes 5-9/10');
  });

  it('is not a page in HTML, unless S3 sent it, or it has the ETag that was asked for', () => {
    const page = { $metadata: { httpStatusCode: 200 }, ContentType: 'Text/HTML; charset=utf-8' };
    expect(wrongAnswer(object, answer(page))).toContain('a page in HTML');
    expect(wrongAnswer({ ...object, etag: 'f' }, answer(page))).toContain('a page in HTML');
    expect(wrongAnswer(object, answer({ ...page, ETag: undefined }))).toContain('a page in HTML');
    expect(wrongAnswer({ ...object, etag: 'e' }, answer(page))).toBeUndefined();
    expect(wrongAnswer(object, answer({ ContentType: page.ContentType }))).toBeUndefined();
    expect(wrongAnswer(object, answer({ ...page, ContentType: 'text/htmlx' }))).toBeUndefined();
  });

  it('is not one that names neither a version nor a request', () => {
    const bare = { $metadata: { httpStatusCode: 200 }, ETag: undefined };
    expect(wrongAnswer(object, answer(bare))).toContain('neither an ETag nor a request id');
    expect(wrongAnswer(object, answer({ ...bare, VersionId: 'v' }))).toBeUndefined();
    expect(wrongAnswer(object, answer({ ...bare, ETag: '"e"' }))).toBeUndefined();
    expect(wrongAnswer(object, answer({ ETag: undefined }))).toBeUndefined();
  });
});

describe('ranges that are read ahead', () => {
  it('have ended by the time that the reader has left', async () => {
    const ended: number[] = [];
    const release = Promise.withResolvers<void>();
    const ranges = parallelRanges({
      length: 4,
      count: 2,
      bytes: 2,
      signal: new AbortController().signal,
      read: async function* ({ start }) {
        try {
          yield new Uint8Array(2);
          await release.promise;
        } finally {
          ended.push(start);
        }
      },
    });
    await ranges.next();
    let isLeft = false;
    const left = ranges.return().then(() => {
      isLeft = true;
    });
    await turns(5);
    expect([isLeft, ended]).toEqual([false, []]);
    release.resolve();
    await left;
    expect(ended).toHaveLength(2);
  });

  it('hand out nothing more once the signal has fired, whatever they hold', async () => {
    const abort = new AbortController();
    const reason = new Error('stop');
    const ranges = parallelRanges({
      length: 4,
      count: 2,
      bytes: 2,
      signal: abort.signal,
      read: async function* () {
        yield new Uint8Array(1);
        yield new Uint8Array(1);
      },
    });
    await ranges.next();
    await turns(5);
    abort.abort(reason);
    await expect(ranges.next()).rejects.toBe(reason);
  });

  it('may be as many as there are, each of which listens for the end', async () => {
    const listening: AbortSignal[] = [];
    const ranges = parallelRanges({
      length: 20,
      count: 20,
      bytes: 1,
      signal: new AbortController().signal,
      read: async function* (_, signal) {
        signal.addEventListener('abort', () => {});
        listening.push(signal);
        yield new Uint8Array(1);
      },
    });
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    try {
      await ranges.next();
      await turns(5);
    } finally {
      process.off('warning', warn);
      await ranges.return();
    }
    expect([listening.length, warnings]).toEqual([20, []]);
  });
});
