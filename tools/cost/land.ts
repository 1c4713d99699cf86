import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DeleteTableCommand, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { feed, landingUuid } from '@millrace/core';
import { createLandingTable, dynamodbSink, landingItem, packed, type PackOptions } from '@millrace/dynamodb';
import { unpack } from '@millrace/dynamodb/unpack';
import { memorySource } from '@millrace/testkit';
import type { Dataset, Row } from './dataset.ts';

/** What landing a file cost, and whether the table holds it. */
export interface Landed {
  /** Write units that the service said were consumed. */
  readonly units: number;
  readonly items: number;
  readonly records: number;
  /** Records that are not in the table as they are in the file. */
  readonly wrong: number;
  readonly seconds: number;
}

interface LandedRow {
  readonly uuid: string;
  readonly ordinal: number;
  readonly record: Row;
}

const CHUNK = 64 * 1024;

/** Lands a file in a table of its own, reads the table back, and compares each record with the file. */
export async function land(
  client: DynamoDBClient,
  { name, text, parse, rows }: Dataset,
  pack?: PackOptions,
): Promise<Landed> {
  const table = `cost-${randomUUID().slice(0, 8)}`;
  await createLandingTable({ table, client });
  const chunks = Array.from({ length: Math.ceil(text.length / CHUNK) }, (_, n) =>
    text.slice(n * CHUNK, (n + 1) * CHUNK),
  );
  const source = memorySource<string>({ objects: { [name]: chunks } });
  const started = performance.now();
  const report = await feed('cost')
    .from(source)
    .through(parse())
    .through(landingItem())
    .to(dynamodbSink({ table, client, ...(pack && { pack: packed(pack) }) }))
    .run(source.refs());
  const seconds = (performance.now() - started) / 1000;
  const [item] = report.reports;
  const left = new Map(rows.entries());
  let items = 0;
  let wrong = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const stored of Items) {
      items += 1;
      for await (const { uuid, ordinal, record } of unpack<LandedRow>(stored)) {
        const expected = left.get(ordinal);
        const right = uuid === landingUuid(item!.origin!.id, ordinal) && isDeepStrictEqual(record, expected);
        if (right) left.delete(ordinal);
        else wrong += 1;
      }
    }
  }
  await client.send(new DeleteTableCommand({ TableName: table }));
  const units = item!.counters['dynamodb']?.['writeUnits'] ?? 0;
  return { units, items, records: report.totals.written, wrong: wrong + left.size, seconds };
}
