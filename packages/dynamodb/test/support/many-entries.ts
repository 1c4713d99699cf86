import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { VersionRecord } from '@millrace/core/plugin';
import { versionItem } from '../../src/ledger-item.ts';
import { ledgerKey } from '../../src/ledger-key.ts';
import { claimOf, reportOf } from './ledger-stand.ts';

/** Items in a request at most. */
const BATCH = 25;

/** The finished entry of an object, as a ledger stores it, with a report of the usual length. */
export function finishedRecord(feed: string, object: string, firstClaimedAt: string): VersionRecord {
  const id = `${object}?versionId=3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY&etag=d41d8cd98f00b204e9800998ecf8427e`;
  const origin = {
    id,
    uri: object,
    versionId: '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY',
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    size: 50_801,
    lastModified: '2026-11-28T03:04:05.000Z',
  };
  const request = claimOf(object, '0A', { feed, origin, versionTag: origin.etag, signature: 'f'.repeat(32) });
  const { claimId, sequencer, versionTag, signature } = request;
  const report = reportOf(request, { counters: { dynamodb: { requests: 12, writeUnits: 480.5 }, gunzip: {} } });
  return {
    ...{ feed, object, origin, claimId, firstClaimedAt, report },
    ...{ sequencer: sequencer!, versionTag: versionTag!, signature: signature! },
    ...{ state: 'complete', watermark: 3, rejected: 0, attempts: 1, leaseUntil: 0, generation: 1 },
    stamp: claimId,
    updatedAt: firstClaimedAt,
  };
}

/** Stores entries without claiming them, which would take five requests for each. */
export async function storeEntries(
  client: DynamoDBClient,
  table: string,
  records: Iterable<VersionRecord>,
): Promise<number> {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  let stored = 0;
  let batch: object[] = [];
  const send = async (): Promise<void> => {
    const PutRequests = batch.map((Item) => ({ PutRequest: { Item } }));
    if (PutRequests.length > 0) await documents.send(new BatchWriteCommand({ RequestItems: { [table]: PutRequests } }));
    stored += batch.length;
    batch = [];
  };
  for (const record of records) {
    const { feed, object, origin } = record;
    batch.push(versionItem(await ledgerKey(feed, object, origin.id), record, undefined));
    if (batch.length === BATCH) await send();
  }
  await send();
  return stored;
}
