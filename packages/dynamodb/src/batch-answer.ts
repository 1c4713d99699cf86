import type { Item } from './attribute-values.ts';
import { invalidResponse, isObject, type ResponseMetadata } from './response.ts';
import type { Answer } from './sender.ts';

/**
 * Reads the output of a BatchWriteItem. DynamoDB always returns `UnprocessedItems`, an empty map where it took all items:
 * an output without it says nothing of what was written.
 *
 * @param isTable whether a table that the output names is the one that was sent to
 * @throws Error `ResponseInvalid`
 */
export function batchAnswer(
  output: unknown,
  isTable: (name: string) => boolean,
  { attempts = 1, ...metadata }: ResponseMetadata,
): Answer {
  const invalid = (problem: string): Error => invalidResponse(problem, { ...metadata, attempts });
  if (!isObject(output) || !isObject(output['UnprocessedItems'])) {
    throw invalid('It does not have the shape of a BatchWriteItem response.');
  }
  const unprocessed: Item[] = [];
  for (const [table, requests] of Object.entries(output['UnprocessedItems'])) {
    if (!isTable(table)) throw invalid('It names unprocessed items of a table that nothing was sent to.');
    if (!Array.isArray(requests)) throw invalid('Its unprocessed items are not a list.');
    for (const request of requests as readonly unknown[]) {
      const put = isObject(request) ? request['PutRequest'] : undefined;
      const item = isObject(put) ? put['Item'] : undefined;
      if (!isObject(item)) throw invalid('It names an unprocessed request that puts no item.');
      unprocessed.push(item as Item);
    }
  }
  const writeUnits = consumedUnits(output['ConsumedCapacity'] ?? []);
  if (writeUnits === undefined) throw invalid('Its consumed capacity is not a list of units.');
  return { unprocessed, writeUnits, attempts };
}

function consumedUnits(capacities: unknown): number | undefined {
  if (!Array.isArray(capacities)) return undefined;
  let sum = 0;
  for (const capacity of capacities as readonly unknown[]) {
    const units = isObject(capacity) ? (capacity['CapacityUnits'] ?? 0) : undefined;
    if (typeof units !== 'number' || !(units >= 0)) return undefined;
    sum += units;
  }
  return sum;
}

/** Whether a response may call the table by this name: as it was sent, or by the name at the end of its ARN. */
export function isNameOf(table: string): (name: string) => boolean {
  const short = table.slice(table.indexOf('/') + 1);
  return (name) => name === short || name.endsWith(`:table/${short}`);
}
