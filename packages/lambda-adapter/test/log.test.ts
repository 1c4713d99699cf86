import { MillraceError } from '@millrace/core';
import { describe, expect, it, vi } from 'vitest';
import { toS3Handler } from '../src/index.ts';
import { type Behaviour, failing, handMadeFeed } from './hand-made-feed.ts';
import { s3Event, testEvent, withObjectMember } from './s3-payload.ts';

const context = { awsRequestId: '8f507cfc-xmpl-4697-b07a-ac58fc914c95', getRemainingTimeInMillis: () => 60_000 };

async function linesOf(event: unknown, behave?: Behaviour): Promise<readonly Record<string, unknown>[]> {
  const lines: string[] = [];
  await toS3Handler(handMadeFeed('prices', behave), { log: (line) => lines.push(line) })(event, context).catch(
    () => undefined,
  );
  for (const line of lines) expect(line).not.toContain('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  it('has one line for each object, with the whole report', async () => {
    const [line, ...others] = await linesOf(s3Event({ key: 'a b', versionId: 'v1' }));
    expect(others).toEqual([]);
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      logger: 'millrace',
      requestId: context.awsRequestId,
      outcome: 'complete',
      object: 's3://supplier-drop/a b',
      eventName: 'ObjectCreated:Put',
      ref: {
        bucket: 'supplier-drop',
        key: 'a b',
        versionId: 'v1',
        etag: 'd41d8cd98f00b204e9800998ecf8427e',
        size: 1024,
        sequencer: '0055AED6DCD90281E5',
      },
      feed: 'prices',
      report: {
        feed: 'prices',
        run: 'run-1',
        ref: 's3://supplier-drop/a b',
        origin: { id: 's3://supplier-drop/a b', uri: 's3://supplier-drop/a b' },
        outcome: 'complete',
        read: 3,
        expanded: 0,
        written: 3,
        rejected: 0,
        dropped: 0,
        skipped: 0,
        unsettled: 0,
        bytesIn: 10,
        bytesDecoded: 30,
        watermark: 3,
        rejections: {},
        counters: {},
        startedAt: '2026-11-22T09:30:13.000Z',
        durationMs: 1,
      },
    });
  });

  it('keeps a key with line breaks on one line', async () => {
    const [line] = await linesOf(s3Event({ key: 'a\nb\u2028c' }));
    expect(line?.['object']).toBe('s3://supplier-drop/a\nb\u2028c');
  });

  it('shows a failure with code, place and causes', async () => {
    const cause = new Error('unexpected end of file', { cause: new TypeError('inner') });
    const error = new MillraceError('GZIP_TRUNCATED', 'Cut short.', { cause, stage: 'gunzip', item: 'i', ordinal: 7 });
    const [line] = await linesOf(s3Event({ key: 'k' }), () => ({ outcome: 'failed', error }));
    const shown = {
      code: 'GZIP_TRUNCATED',
      message: 'Cut short.',
      stage: 'gunzip',
      item: 'i',
      ordinal: 7,
      cause: 'Error (caused by TypeError)',
    };
    expect(line).toMatchObject({ level: 'error', outcome: 'failed', error: shown, report: { error: shown } });
  });

  it('warns where records were rejected', async () => {
    const part = { rejected: 2, written: 1, rejections: { NDJSON_INVALID: 2 } };
    const [line] = await linesOf(s3Event({ key: 'k' }), () => part);
    expect(line).toMatchObject({ level: 'warn', outcome: 'complete', report: part });
  });

  it.each([
    ['a test event', testEvent(), { level: 'info', outcome: 'test-event', object: 's3://supplier-drop' }],
    ['a removal', s3Event({ key: 'k', eventName: 'ObjectRemoved:Delete' }), { level: 'info', outcome: 'passed-over' }],
    [
      'an unreadable record',
      withObjectMember({ key: 'k' }, 'key', '%'),
      { level: 'error', outcome: 'failed', error: { code: 'LAMBDA_KEY_INVALID' } },
    ],
  ])('has a line for %s', async (_what, event, expected) => {
    const lines = await linesOf(event);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject(expected);
  });

  it('shows details that JSON cannot say by itself', async () => {
    const details = { limit: 2n ** 70n, nested: [new RangeError('far')] };
    const error = new MillraceError('X', 'x', { details });
    const [line] = await linesOf(s3Event({ key: 'k' }), () => ({ outcome: 'failed', error }));
    expect(line).toMatchObject({
      error: { details: { limit: '1180591620717411303424', nested: [{ name: 'RangeError', message: 'far' }] } },
    });
  });

  it('still names the object where its error holds itself', async () => {
    const details: Record<string, unknown> = {};
    details['self'] = details;
    const error = new MillraceError('X', 'x', { details });
    const [line] = await linesOf(s3Event({ key: 'k' }), () => ({ outcome: 'failed', error }));
    expect(line).toMatchObject({
      level: 'error',
      outcome: 'failed',
      object: 's3://supplier-drop/k',
      unserialisable: expect.stringContaining('circular'),
    });
  });

  it('goes to stdout by default, a line at a time', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await toS3Handler(handMadeFeed('prices'))(s3Event({ key: 'a' }, { key: 'b' }), context);
      const written = write.mock.calls.map(([text]) => String(text));
      expect(written).toHaveLength(2);
      for (const text of written) expect(text.endsWith('}\n')).toBe(true);
      expect(written.map((text) => JSON.parse(text) as unknown)).toMatchObject([
        { object: 's3://supplier-drop/a' },
        { object: 's3://supplier-drop/b' },
      ]);
    } finally {
      write.mockRestore();
    }
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('disk full');
      },
    ],
    ['rejects', (): unknown => Promise.reject(new Error('disk full'))],
    [
      'throws what is no error',
      (): never => {
        // oxlint-disable-next-line only-throw-error
        throw 'disk full';
      },
    ],
  ])('goes to stdout if the given log %s, and the objects are not touched by that', async (how, log) => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const handler = toS3Handler(handMadeFeed('prices', failing('bad')), { log });
      expect((await handler(s3Event({ key: 'a' }))).outcomes.complete).toBe(1);
      const written = write.mock.calls.map(([text]) => JSON.parse(String(text)) as unknown);
      const what = how.endsWith('no error') ? 'string' : 'Error';
      expect(written).toMatchObject([
        { outcome: 'complete', object: 's3://supplier-drop/a' },
        { level: 'error', message: `The option "log" threw ${what}.` },
      ]);
    } finally {
      write.mockRestore();
    }
  });
});
