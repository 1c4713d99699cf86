import { isDeepStrictEqual } from 'node:util';
import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { isPack, unpack } from '@millrace/dynamodb/unpack';

/** What is wrong with a table. All three are 0, or something was not kept. */
export interface Differences {
  /** Keys that should be there and are not. */
  readonly lost: number;
  /** Records under a key that none should have, or twice under one: records that landed twice. */
  readonly doubled: number;
  /** Records under the right key with another value. */
  readonly wrong: number;
  /** Some of them, for people. */
  readonly examples: readonly string[];
}

/** What a whole table showed. */
export interface TableDifferences extends Differences {
  /** Records under keys that none should have, and that are allowed to be there. They are not `doubled`. */
  readonly stray: number;
}

export const NO_DIFFERENCES: Differences = { lost: 0, doubled: 0, wrong: 0, examples: [] };

/**
 * Reads a whole table, unpacks what is packed, and compares it with the items that it must hold, by `uuid`.
 *
 * @param isStray whether an item may be there though none should have its key; by default none may
 */
export async function checkTable(
  client: DynamoDBClient,
  table: string,
  expected: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  isStray: (item: Readonly<Record<string, AttributeValue>>) => boolean = () => false,
): Promise<TableDifferences> {
  const found = new Set<string>();
  let doubled = 0;
  let wrong = 0;
  let stray = 0;
  const examples: string[] = [];
  const tell = (text: string): void => void (examples.length < 5 && examples.push(text));
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for await (const item of unpacked(Items)) {
      const uuid = item['uuid']?.S ?? '';
      const wanted = expected.get(uuid);
      if (wanted === undefined && isStray(item)) {
        stray += 1;
        continue;
      }
      if (wanted === undefined) {
        doubled += 1;
        tell(`not expected: ${JSON.stringify(item).slice(0, 300)}`);
        continue;
      }
      if (found.has(uuid)) doubled += 1;
      found.add(uuid);
      if (isDeepStrictEqual(item, attributes(wanted))) continue;
      wrong += 1;
      tell(`wrong: ${JSON.stringify(item).slice(0, 300)} instead of ${JSON.stringify(wanted).slice(0, 300)}`);
    }
  }
  const lost = expected.size - found.size;
  if (lost > 0) tell(`${lost} of ${expected.size} are not there`);
  return { lost, doubled, wrong, stray, examples };
}

export function add(left: Differences, right: Differences): Differences {
  return {
    lost: left.lost + right.lost,
    doubled: left.doubled + right.doubled,
    wrong: left.wrong + right.wrong,
    examples: [...left.examples, ...right.examples],
  };
}

export function isExact({ lost, doubled, wrong }: Differences): boolean {
  return lost === 0 && doubled === 0 && wrong === 0;
}

/** Items as they would be there if each record had been landed alone. */
async function* unpacked(
  items: readonly Record<string, AttributeValue>[],
): AsyncGenerator<Record<string, AttributeValue>> {
  for (const item of items) {
    if (!isPack(item)) yield item;
    else for await (const record of unpack(item)) yield attributes(record);
  }
}

/** An item as DynamoDB returns it; made here by other code, so that the checks do not rest on what they check. */
function attributes(item: Readonly<Record<string, unknown>>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  return { M: attributes(value as Readonly<Record<string, unknown>>) };
}
