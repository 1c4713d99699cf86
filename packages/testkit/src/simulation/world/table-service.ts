import type { Chance } from '../chance.ts';
import type { HttpResponse, HttpService } from '../wire/http.ts';
import { batchGet, deleteItem, scan } from './row-operations.ts';
import { type Condition, holds } from './table-condition.ts';
import { bodyOf, error, NOT_RESPONSES, response } from './table-responses.ts';
import type { Table, TableItem } from './table.ts';

/**
 * What a table can do wrong with one request. `unavailable`: 500, and perhaps it was applied. `throttle`: nothing is applied.
 * `unprocessed`: some items are not applied, and are named. `empty-object`, `null`, `list`, `page`, `no-content`, `empty`: status
 * 200 or 204 with a body that is not a response, and nothing applied. `crc`: applied in part, and the response damaged.
 */
export type TableFault =
  | 'unavailable'
  | 'throttle'
  | 'unprocessed'
  | 'empty-object'
  | 'null'
  | 'list'
  | 'page'
  | 'no-content'
  | 'empty'
  | 'crc';

interface PutRequest {
  readonly PutRequest?: { readonly Item: TableItem };
  readonly DeleteRequest?: { readonly Key: TableItem };
}

/** Answers BatchWriteItem, PutItem, and what retires rows: BatchGetItem, Scan and DeleteItem, as DynamoDB does. */
export function tableService(table: Table, chance: Chance, now: () => number): HttpService {
  return (request, fault) => {
    const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1)!;
    if (operation === 'PutItem') return putItem(table, bodyOf(request) as PutItemInput, { fault, chance, at: now() });
    const find = operation === 'BatchGetItem' ? batchGet : operation === 'Scan' ? scan : undefined;
    if (find !== undefined) return find(table, bodyOf(request) as never, { fault, chance });
    if (operation === 'DeleteItem') return deleteItem(table, bodyOf(request) as never, { fault, chance });
    if (operation !== 'BatchWriteItem') return error(400, 'UnknownOperationException');
    const { RequestItems } = bodyOf(request) as {
      readonly RequestItems: Readonly<Record<string, readonly PutRequest[]>>;
    };
    const [[name, requests]] = Object.entries(RequestItems) as [[string, readonly PutRequest[]]];
    if (fault === 'throttle') {
      return error(400, 'ProvisionedThroughputExceededException');
    }
    if (fault === 'unavailable') {
      if (chance.happens(0.5)) apply(table, requests, now());
      return error(500, 'InternalServerError');
    }
    const strange = fault === undefined ? undefined : NOT_RESPONSES[fault];
    if (strange !== undefined) return response(strange.status, strange.text);
    const held = fault === 'unprocessed' || fault === 'crc' ? requests.filter(() => chance.happens(0.5)) : [];
    const taken = requests.filter((one) => !held.includes(one));
    apply(table, taken, now());
    const text = JSON.stringify({
      UnprocessedItems: held.length === 0 ? {} : { [name]: held },
      ConsumedCapacity: [{ TableName: name, CapacityUnits: taken.length }],
    });
    if (fault === 'crc')
      return response(200, text.replaceAll(/"UnprocessedItems":\{.*?\},"C/g, '"UnprocessedItems":{},"C'), text);
    return response(200, text);
  };
}

interface PutItemInput extends Condition {
  readonly TableName: string;
  readonly Item: TableItem;
}

function putItem(
  table: Table,
  input: PutItemInput,
  { fault, chance, at }: { readonly fault: string | undefined; readonly chance: Chance; readonly at: number },
): HttpResponse {
  if (fault === 'throttle' || fault === 'unprocessed') return error(400, 'ProvisionedThroughputExceededException');
  if (fault === 'unavailable' && chance.happens(0.5)) return error(500, 'InternalServerError');
  const strange = fault === undefined ? undefined : NOT_RESPONSES[fault];
  if (strange !== undefined) return response(strange.status, strange.text);
  if (!holds(input, table.get(input.Item)?.item)) return error(400, 'ConditionalCheckFailedException');
  table.put({ at, by: '', item: input.Item });
  if (fault === 'unavailable') return error(500, 'InternalServerError');
  const text = JSON.stringify({ ConsumedCapacity: { TableName: input.TableName, CapacityUnits: 1 } });
  return fault === 'crc' ? response(200, text.replace('1', '2'), text) : response(200, text);
}

function apply(table: Table, requests: readonly PutRequest[], at: number): void {
  for (const { PutRequest, DeleteRequest } of requests) {
    if (PutRequest !== undefined) table.put({ at, by: '', item: PutRequest.Item });
    if (DeleteRequest !== undefined) table.remove(DeleteRequest.Key);
  }
}
