import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { pinnedSize, wrongAnswer } from '../src/object-answer.ts';
import { parallelRanges } from '../src/parallel-ranges.ts';
import { checkPin } from '../src/pin.ts';

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
    const left = ranges.return().then(() => ended.length);
    await Promise.resolve();
    release.resolve();
    expect(await left).toBe(2);
  });
});
