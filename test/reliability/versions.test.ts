import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { reconcile, references, type Unreconciled } from '@millrace/core';
import { dynamodbLedger } from '@millrace/dynamodb';
import { toS3Handler } from '@millrace/lambda-adapter';
import type { S3Event } from '@millrace/local';
import { type S3Ref, s3Source } from '@millrace/s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landingFeed } from '../../tools/reliability/landing-feed.ts';
import { type Stage, startStage } from '../../tools/reliability/stage.ts';

/** What a version of the object says of the same three records. */
function content(amount: number): Buffer {
  const records = [1, 2, 3].map((id) => JSON.stringify({ id, name: 'offer', amount, text: '', tags: [] }));
  return Buffer.from(records.join('\n'));
}

describe('versions of an object, from S3 through the ledger', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  const setUp = async (name: string) => {
    const table = await stage.table();
    const { s3, dynamodb } = stage;
    const key = ({ id }: { readonly id: number }): string => String(id);
    const feed = landingFeed({ name, s3, dynamodb, table, gzipped: false, key });
    const ledger = dynamodbLedger({ table: stage.ledgerTable, client: dynamodb });
    const handler = toS3Handler(feed, { ledger, log: () => {} });
    const carry = async (event: S3Event) => (await handler(event)).objects[0]!.outcome;
    const amounts = async (): Promise<readonly (string | undefined)[]> => {
      const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
      return Items.map(({ record }) => record?.M?.['amount']?.N);
    };
    return { feed, ledger, carry, amounts };
  };

  const eventOf = async (key: string, body: Buffer): Promise<S3Event> => {
    const arrived = Promise.withResolvers<S3Event>();
    const stop = stage.aws.onObjectCreated({ bucket: stage.bucket, prefix: key, handler: arrived.resolve });
    try {
      await stage.put(key, body);
      return await arrived.promise;
    } finally {
      stop();
    }
  };

  it('are carried again where an older content comes back, and never after a newer one', async () => {
    const { feed, carry, amounts } = await setUp('restored');
    const first = await eventOf('restored.ndjson', content(1));
    expect(await carry(first)).toBe('complete');
    const second = await eventOf('restored.ndjson', content(2));
    expect(await carry(second)).toBe('complete');
    expect(await amounts()).toEqual(['2', '2', '2']);

    const third = await eventOf('restored.ndjson', content(1));
    expect(await carry(first)).toBe('duplicate');
    expect(await carry(third)).toBe('complete');
    expect(await amounts()).toEqual(['1', '1', '1']);
    expect(await carry(third)).toBe('duplicate');
    expect(await carry(first)).toBe('duplicate');
    await feed.close();
  });

  it('are stale where a newer one was taken up', async () => {
    const { feed, carry, amounts } = await setUp('stale');
    const late = await eventOf('stale.ndjson', content(1));
    const newest = await eventOf('stale.ndjson', content(2));
    expect(await carry(newest)).toBe('complete');
    // The late event comes with its content, as from a bucket that keeps versions; here by writing it once more.
    await stage.put('stale.ndjson', content(1));
    expect(await carry(late)).toBe('stale');
    expect(await amounts()).toEqual(['2', '2', '2']);
    await feed.close();
  });

  it('are found by a listing where their events never came', async () => {
    const { feed, ledger, carry } = await setUp('listed');
    const list = () => s3Source({ client: stage.s3 }).list({ bucket: stage.bucket, prefix: 'listed/' });
    const unreconciled = async (): Promise<readonly (readonly [string, Unreconciled<S3Ref>['reason']])[]> => {
      const found: [string, Unreconciled<S3Ref>['reason']][] = [];
      for await (const { ref, reason } of reconcile({ feed, list: list(), ledger })) found.push([ref.key, reason]);
      return found;
    };
    await carry(await eventOf('listed/changed', content(1)));
    await stage.put('listed/changed', content(2));
    await carry(await eventOf('listed/done', content(3)));
    await stage.put('listed/never', content(4));
    const bad = await eventOf('listed/unfinished', Buffer.from('{"id":1,'));
    await expect(carry(bad)).rejects.toThrow();

    expect(await unreconciled()).toEqual([
      ['listed/changed', 'changed'],
      ['listed/never', 'never'],
      ['listed/unfinished', 'unfinished'],
    ]);
    await stage.put('listed/unfinished', content(5));
    const report = await feed.run(references(reconcile({ feed, list: list(), ledger })), { ledger });
    expect(report.items).toMatchObject({ complete: 3, failed: 0 });
    expect(await unreconciled()).toEqual([]);
    await feed.close();
  });
});
