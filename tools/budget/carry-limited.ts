import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { feed } from '@millrace/core';
import { dynamodbSink, type WriteBudget } from '@millrace/dynamodb';
import { parseNdjson } from '@millrace/formats';
import { memorySource } from '@millrace/testkit';
import { startLimitedTable, type Taken } from './limited-table.ts';

export interface CarriedLimited {
  /** Units that the table took, in each second. */
  readonly perSecond: readonly number[];
  readonly taken: readonly Taken[];
  readonly records: number;
  readonly lost: number;
  /** Share of what was sent that the table held back. */
  readonly heldShare: number;
}

export interface CarryLimitedOptions {
  readonly records: number;
  /** Units a second that the table takes. */
  readonly limit: number;
  readonly budget?: number | WriteBudget;
}

/** Carries records below a KB into a table that takes so many a second. */
export async function carryLimited({ records, limit, budget }: CarryLimitedOptions): Promise<CarriedLimited> {
  const table = await startLimitedTable(limit);
  const client = new DynamoDBClient({
    endpoint: table.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const lines = Array.from({ length: records }, (_, n) =>
    JSON.stringify({ uuid: `record ${n}`, text: 'x'.repeat(300) }),
  );
  const chunks = Array.from({ length: Math.ceil(records / 100) }, (_, n) =>
    lines
      .slice(n * 100, (n + 1) * 100)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const source = memorySource<string>({ objects: { records: chunks } });
  try {
    const { totals } = await feed('limited')
      .from(source)
      .through(parseNdjson<{ readonly uuid: string }>())
      .to(dynamodbSink({ table: 'limited', client, ...(budget !== undefined && { maxWriteUnitsPerSecond: budget }) }))
      .run(source.refs());
    const held = table.taken.reduce((sum, one) => sum + one.held, 0);
    return {
      perSecond: bySecond(table.taken),
      taken: table.taken,
      records: totals.written,
      lost: records - table.keys.size,
      heldShare: held / (held + records),
    };
  } finally {
    client.destroy();
    await table.stop();
  }
}

function bySecond(taken: readonly Taken[]): number[] {
  const start = taken[0]!.at;
  const seconds = Array<number>(Math.floor((taken.at(-1)!.at - start) / 1000) + 1).fill(0);
  for (const { at, units } of taken) seconds[Math.floor((at - start) / 1000)]! += units;
  return seconds;
}

/** The most and the fewest units that were taken in any stretch of so many seconds. */
export function extremes(taken: readonly Taken[], seconds: number): { readonly most: number; readonly fewest: number } {
  const end = taken.at(-1)!.at;
  let most = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let from = taken[0]!.at; from + seconds * 1000 <= end; from += 50) {
    const units = taken.reduce(
      (sum, one) => (one.at >= from && one.at < from + seconds * 1000 ? sum + one.units : sum),
      0,
    );
    most = Math.max(most, units);
    fewest = Math.min(fewest, units);
  }
  return { most, fewest };
}
