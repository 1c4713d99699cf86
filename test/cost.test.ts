import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { endpointsForTests } from '@millrace/local';
import { expect, it } from 'vitest';
import { dataset } from '../tools/cost/dataset.ts';
import { land } from '../tools/cost/land.ts';

/** A smaller part of what `pnpm run cost` does. */
it.each([
  ['movies.json', 3201, 12],
  ['birdstrikes.csv', 10_000, 24],
] as const)('%s costs a fraction in packs of 50, and is all there', async (name, records, times) => {
  const { dynamodb, stop } = await endpointsForTests();
  const client = new DynamoDBClient(dynamodb);
  try {
    const landed = await land(client, await dataset(name), { records: 50 });
    expect(landed).toMatchObject({ records, wrong: 0, items: Math.ceil(records / 50) });
    // A single item of these is a unit: test/pack-table.test.ts of the package.
    expect(records / landed.units).toBeGreaterThan(times);
  } finally {
    client.destroy();
    await stop();
  }
});
