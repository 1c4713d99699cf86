import { describe, expect, it } from 'vitest';
import { type InvocationReport, toLandingHandler, toS3Handler, toSqsHandler } from '../src/index.ts';
import { s3Record } from './s3-payload.ts';
import { textFeed } from './text-feed.ts';

const SIDE = [
  { key: 'in/', size: 0 },
  { key: 'in_$folder$', size: 0 },
  { key: 'out/_SUCCESS', size: 0 },
  { key: 'in/.DS_Store', size: 6148 },
  { key: 'in/__MACOSX/._a.csv', size: 120 },
];

const event = { Records: [...SIDE, { key: 'in/a.csv', size: 2 }].map((object) => s3Record(object)) };

const quiet = { log: () => {} };

describe('what tools leave beside files', () => {
  it('is passed over and counted, and opens nothing', async () => {
    const { feed, opened } = textFeed({ 'in/a.csv': 'a\n' });
    const lines: string[] = [];
    const { outcomes, objects } = await toS3Handler(feed, { log: (line) => void lines.push(line) })(event);
    expect(outcomes).toMatchObject({ complete: 1, 'passed-over': SIDE.length, failed: 0 });
    expect(opened()).toBe(1);
    expect(objects.filter(({ outcome }) => outcome === 'passed-over').map(({ ref }) => ref?.key)).toEqual(
      SIDE.map(({ key }) => key),
    );
    expect(lines.filter((line) => line.includes('"passed-over"'))).toHaveLength(SIDE.length);
  });

  it('never makes a message fail', async () => {
    const { feed } = textFeed({});
    let report: InvocationReport | undefined;
    const handler = toSqsHandler(feed, { ...quiet, onReport: (made) => void (report = made) });
    const message = (key: string, size: number, index: number) => ({
      messageId: String(index),
      receiptHandle: 'r',
      body: JSON.stringify({ Records: [s3Record({ key, size })] }),
      attributes: {},
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:files',
      awsRegion: 'eu-central-1',
    });
    const batch = { Records: SIDE.map(({ key, size }, index) => message(key, size, index)) };
    expect(await handler(batch)).toMatchObject({ batchItemFailures: [] });
    expect(report?.outcomes).toMatchObject({ 'passed-over': SIDE.length, failed: 0 });
  });

  it('is not copied', async () => {
    const copied: string[] = [];
    const copy = async ({ key }: { readonly key: string }) => {
      copied.push(key);
      return { copied: true, bucket: 'landing', key };
    };
    await toLandingHandler(copy as unknown as Parameters<typeof toLandingHandler>[0], quiet)(event);
    expect(copied).toEqual(['in/a.csv']);
  });

  it('is carried on request', async () => {
    const { feed, rows, opened } = textFeed({
      'in/a.csv': 'a\n',
      ...Object.fromEntries(SIDE.map(({ key }) => [key, 'b\n'])),
    });
    const { outcomes } = await toS3Handler(feed, { ...quiet, sideObjects: 'include' })(event);
    expect(outcomes).toMatchObject({ complete: SIDE.length + 1, 'passed-over': 0 });
    expect(opened()).toBe(SIDE.length + 1);
    expect(rows.size).toBe(SIDE.length + 1);
  });
});
