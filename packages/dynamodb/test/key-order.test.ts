import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { feed } from '@millrace/core';
import { parseNdjson } from '@millrace/formats';
import { decodeText } from '@millrace/encoding';
import { memorySource } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { dynamodbSink } from '../src/index.ts';
import { clientConfig, startStub } from './support/service-stub.ts';

interface Change {
  readonly uuid: string;
  readonly parts: number;
}

it('ends with the last record of each key, whichever request is throttled', async () => {
  const changes: readonly Change[] = [1, 2, 3].flatMap((parts) =>
    Array.from({ length: 25 }, (_, index) => ({ uuid: `bin-${index}`, parts })),
  );
  const text = changes.map((change) => `${JSON.stringify(change)}\n`).join('');
  for (const throttled of [0, 1, 2]) {
    const stored = new Map<string, string>();
    const stub = await startStub(({ text: body }, index) => {
      if (index === throttled) return { error: 'ThrottlingException' };
      const items = [...body.matchAll(/"uuid":\{"S":"(bin-\d+)"\},"parts":\{"N":"(\d)"\}/g)];
      for (const [, key, parts] of items) stored.set(key!, parts!);
      const units = { TableName: 'stock', CapacityUnits: items.length };
      return { json: { UnprocessedItems: {}, ConsumedCapacity: [units] } };
    });
    const client = new DynamoDBClient(clientConfig(stub));
    try {
      const source = memorySource({ objects: { changes: [Buffer.from(text)] } });
      const retry = { attempts: 3, baseMs: 1, capMs: 2 };
      const report = await feed('stock')
        .from(source)
        .through(decodeText('utf-8'))
        .through(parseNdjson<Change>())
        .to(dynamodbSink<'uuid'>({ table: 'stock', client, retry, concurrency: 8 }))
        .run(source.refs());
      expect(report.outcome).toBe('complete');
      expect([...stored.values()]).toEqual(Array(25).fill('3'));
      expect(stub.requests).toHaveLength(4);
    } finally {
      client.destroy();
      await stub.stop();
    }
  }
});
