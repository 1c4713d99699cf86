import { randomUUID } from 'node:crypto';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbLedger, ensureLedgerTable } from '../src/index.ts';
import { ledgerKey } from '../src/ledger-key.ts';
import { claimOf, type LedgerStand, newObject, startLedgerStand } from './support/ledger-stand.ts';
import { finishedRecord, storeEntries } from './support/many-entries.ts';
import { removeTable } from './support/remove-table.ts';
import { clientConfig, startStub, type StubAnswer, type StubRequest } from './support/service-stub.ts';

let stand: LedgerStand;
beforeAll(async () => {
  stand = await startLedgerStand();
}, 30_000);
afterAll(() => stand.stop());

const KEY_SCHEMA = [
  { AttributeName: 'listedIn', KeyType: 'HASH' },
  { AttributeName: 'version', KeyType: 'RANGE' },
];

/** A table of an earlier release, at a service that makes an index of it in some steps. */
function oldTable(
  steps: readonly string[],
  table: object = { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } },
) {
  const updates: StubRequest[] = [];
  let left = [...steps];
  const answer = (request: StubRequest): StubAnswer => {
    if (request.operation === 'UpdateTable') updates.push(request);
    const [update] = (updates.at(-1)?.body['GlobalSecondaryIndexUpdates'] ?? []) as { readonly Create: object }[];
    const status = update === undefined ? undefined : left[0];
    if (request.operation === 'DescribeTable' && update !== undefined && left.length > 1) left = left.slice(1);
    const described = {
      ...{ TableName: 'ledger', TableStatus: 'ACTIVE', ...table },
      KeySchema: [
        { AttributeName: 'object', KeyType: 'HASH' },
        { AttributeName: 'version', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['object', 'version'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      ...(status && { GlobalSecondaryIndexes: [{ ...update!.Create, IndexStatus: status }] }),
    };
    return { json: request.operation === 'UpdateTable' ? { TableDescription: described } : { Table: described } };
  };
  return { answer, updates };
}

describe('a ledger table of an earlier release', () => {
  const cleanUps: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  async function connect(answer: (request: StubRequest) => StubAnswer): Promise<DynamoDBClient> {
    const stub = await startStub(answer);
    const client = new DynamoDBClient(clientConfig(stub));
    cleanUps.push(stub.stop, () => client.destroy());
    return client;
  }

  it('gets the index once, and is waited for until it is filled', async () => {
    const { answer, updates } = oldTable(['CREATING', 'CREATING', 'ACTIVE']);
    const client = await connect(answer);
    const ensured = { table: 'ledger', created: false, entriesAdded: 0 };
    expect(await ensureLedgerTable({ table: 'ledger', client })).toEqual(ensured);
    expect(await ensureLedgerTable({ table: 'ledger', client })).toEqual(ensured);
    expect(updates.map(({ body }) => body)).toEqual([
      {
        TableName: 'ledger',
        AttributeDefinitions: [
          { AttributeName: 'listedIn', AttributeType: 'S' },
          { AttributeName: 'version', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'listing',
              KeySchema: KEY_SCHEMA,
              Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: expect.any(Array) },
            },
          },
        ],
      },
    ]);
  });

  it('gives the index its own capacity if it is paid by capacity', async () => {
    const ProvisionedThroughput = { ReadCapacityUnits: 3, WriteCapacityUnits: 4, NumberOfDecreasesToday: 0 };
    const { answer, updates } = oldTable(['ACTIVE'], { ProvisionedThroughput });
    await ensureLedgerTable({ table: 'ledger', client: await connect(answer) });
    expect(updates[0]?.body['GlobalSecondaryIndexUpdates']).toMatchObject([
      { Create: { ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 } } },
    ]);
  });

  it('is asked again if another change of it is under way', async () => {
    const { answer, updates } = oldTable(['ACTIVE']);
    let refusals = 1;
    const client = await connect((request) => {
      if (request.operation === 'UpdateTable' && refusals-- > 0)
        return { error: 'ResourceInUseException', status: 400 };
      return answer(request);
    });
    await ensureLedgerTable({ table: 'ledger', client });
    expect(updates).toHaveLength(1);
  });

  it('fails if it is not filled in time, if the service has no such index, or if another one has its name', async () => {
    const filling = await connect(oldTable(['CREATING']).answer);
    await expect(ensureLedgerTable({ table: 'ledger', client: filling, timeoutMs: 150 })).rejects.toMatchObject({
      code: 'DYNAMODB_TABLE_NOT_ACTIVE',
      message: expect.stringContaining('without its index listing'),
    });
    const ignoring = await connect(oldTable(['']).answer);
    await expect(ensureLedgerTable({ table: 'ledger', client: ignoring })).rejects.toMatchObject({
      code: 'DYNAMODB_FEATURE_UNSUPPORTED',
    });
    const other = { IndexName: 'listing', IndexStatus: 'ACTIVE', KeySchema: KEY_SCHEMA.toReversed() };
    const { answer, updates } = oldTable([], { GlobalSecondaryIndexes: [other] });
    await expect(ensureLedgerTable({ table: 'ledger', client: await connect(answer) })).rejects.toMatchObject({
      code: 'DYNAMODB_TABLE_DIFFERS',
      message: expect.stringContaining('Delete the index'),
    });
    expect(updates).toEqual([]);
  });
});

describe('ensureLedgerTable', () => {
  it('makes a table with its index', async () => {
    const table = `millrace-ledger-${randomUUID()}`;
    const made = await ensureLedgerTable({ table, client: stand.client, oldEntries: 'add' });
    expect(made).toEqual({ table, created: true, entriesAdded: 0 });
    const { Table } = await stand.client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'listing', KeySchema: KEY_SCHEMA }]);
    await removeTable(stand.client, table);
  });

  it('adds old entries if asked to, once, and changes nothing that a run writes on', async () => {
    const feed = `prices-${randomUUID()}`;
    const documents = DynamoDBDocumentClient.from(stand.client);
    const [finished, running] = [newObject(), newObject()];
    const { firstClaimedAt: _, ...old } = finishedRecord(feed, finished, '2026-11-20T10:00:00.000Z');
    await storeEntries(stand.client, stand.table, [old]);
    let now = Date.UTC(2026, 10, 28);
    const ledger = dynamodbLedger({ table: stand.table, client: stand.client }, () => now);
    const holder = claimOf(running, '01', { feed });
    await ledger.claim(holder);
    // What earlier releases stored had none of these.
    for (const [object, id] of [
      [finished, old.origin.id],
      [running, holder.origin.id],
    ] as const) {
      const Key = await ledgerKey(feed, object, id);
      const UpdateExpression = 'REMOVE listedIn, listing, firstClaimedAt';
      await documents.send(new UpdateCommand({ TableName: stand.table, Key, UpdateExpression }));
    }
    const listed = async (): Promise<readonly string[]> => {
      const found: string[] = [];
      for await (const { object, state, firstClaimedAt } of ledger.list!({ feed, from: new Date('2026-11-01') })) {
        found.push(`${object} ${state} ${firstClaimedAt}`);
      }
      return found;
    };
    expect(await listed()).toEqual([]);
    expect(await ensureLedgerTable({ table: stand.table, client: stand.client })).toMatchObject({ entriesAdded: 0 });
    const ensure = () => ensureLedgerTable({ table: stand.table, client: stand.client, oldEntries: 'add' });
    expect(await ensure()).toEqual({ table: stand.table, created: false, entriesAdded: 2 });
    expect(await ensure()).toMatchObject({ entriesAdded: 0 });
    expect(await listed()).toEqual([
      `${finished} complete 2026-11-20T10:00:00.000Z`,
      `${running} claimed 2026-11-28T00:00:00.000Z`,
    ]);
    now += 1000;
    await expect(ledger.checkpoint(holder, { watermark: 9, rejected: 0 })).resolves.toBeUndefined();
  });

  it.each([
    [{ oldEntries: 'all' }, 'OPTION_INVALID'],
    [{ index: 'x' }, 'OPTION_UNKNOWN'],
  ])('refuses %j', async (wrong, code) => {
    await expect(ensureLedgerTable({ table: 'ledger', ...wrong } as never)).rejects.toMatchObject({ code });
  });
});
