import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startLocalAws } from '@millrace/local';
import { dataset } from './cost/dataset.ts';
import { type Landed, land } from './cost/land.ts';

/**
 * Shows what packed landing saves: lands three real files record by record and packed, compares the write units that the
 * local DynamoDB says were consumed, and reads every record back: `pnpm run cost`. The last line is one JSON object.
 */
const DEFAULT_RECORDS = 100;
/** By how much single landing has to cost more than packed landing, with the default options or at 50 records a pack. */
const TARGETS = { 'movies.json': 12, 'birdstrikes.csv': 24, 'flights-200k.json': 50 } as const;

const aws = await startLocalAws({ startTimeoutMs: 30_000 });
const { region, credentials } = aws;
const client = new DynamoDBClient({ endpoint: aws.dynamodbEndpoint, region, credentials: { ...credentials } });
const results: Record<string, object> = {};
try {
  for (const [name, target] of Object.entries(TARGETS)) {
    const data = await dataset(name);
    const single = await land(client, data);
    tell(name, 'single', single);
    const by50 = await land(client, data, { records: 50 });
    tell(name, '50 a pack', by50, single);
    const byDefault = await land(client, data, {});
    tell(name, `${DEFAULT_RECORDS} a pack, the default`, byDefault, single);
    const times = { 50: ratio(single, by50), [DEFAULT_RECORDS]: ratio(single, byDefault) };
    const wrong = single.wrong + by50.wrong + byDefault.wrong;
    if (wrong > 0 || Math.max(...Object.values(times)) < target) process.exitCode = 1;
    const units = { single: single.units, 50: by50.units, [DEFAULT_RECORDS]: byDefault.units };
    results[name] = { records: single.records, units, times, target, wrong };
  }
} finally {
  client.destroy();
  await aws.stop();
}
console.log(JSON.stringify({ defaultRecords: DEFAULT_RECORDS, files: results, held: process.exitCode !== 1 }));

function ratio(single: Landed, packed: Landed): number {
  return Number((single.units / packed.units).toFixed(1));
}

function tell(name: string, how: string, landed: Landed, single?: Landed): void {
  const { records, items, units, wrong, seconds } = landed;
  const fewer = single === undefined ? '' : `, ${ratio(single, landed)} times fewer`;
  console.log(
    `${name}, ${how}: ${records} records in ${items} items, ${units} write units${fewer}; ` +
      `${wrong === 0 ? 'all read back as they were' : `${wrong} wrong`}; ${seconds.toFixed(1)} s`,
  );
}
