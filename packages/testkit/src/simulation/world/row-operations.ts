import type { Chance } from '../chance.ts';
import type { HttpResponse } from '../wire/http.ts';
import { type Condition, holds } from './table-condition.ts';
import { error, NOT_RESPONSES, response } from './table-responses.ts';
import type { Table, TableItem } from './table.ts';

/** What a service does with one request. */
interface Circumstances {
  readonly fault: string | undefined;
  readonly chance: Chance;
}

interface BatchGetInput {
  readonly RequestItems: Readonly<Record<string, Projection & { readonly Keys: readonly TableItem[] }>>;
}

/** Which attributes are sent back. */
interface Projection {
  readonly ProjectionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
}

interface ScanInput extends Projection, Omit<Condition, keyof Projection> {
  readonly TableName: string;
  readonly FilterExpression: string;
  readonly ExclusiveStartKey?: TableItem;
}

interface DeleteInput extends Condition {
  readonly TableName: string;
  readonly Key: TableItem;
}

/** Items that one page of a scan looks at: small, so that histories have several pages. */
const SCAN_PAGE = 20;

/** Answers BatchGetItem; with the fault `unprocessed` it leaves some keys over. */
export function batchGet(
  table: Table,
  { RequestItems }: BatchGetInput,
  { fault, chance }: Circumstances,
): HttpResponse {
  const failed = failure(fault);
  if (failed !== undefined) return failed;
  const [[name, input]] = Object.entries(RequestItems) as [[string, BatchGetInput['RequestItems'][string]]];
  const held = fault === 'unprocessed' ? input.Keys.filter(() => chance.happens(0.5)) : [];
  const asked = input.Keys.filter((key) => !held.includes(key));
  const items = asked
    .map((key) => table.get(key))
    .filter((put) => put !== undefined)
    .map(({ item }) => projected(item, input));
  return answer(
    {
      Responses: { [name]: items },
      UnprocessedKeys: held.length === 0 ? {} : { [name]: { ...input, Keys: held } },
      ConsumedCapacity: [{ TableName: name, CapacityUnits: asked.length }],
    },
    fault,
  );
}

/** Answers Scan, in pages of {@link SCAN_PAGE} items in the order of their keys. */
export function scan(table: Table, input: ScanInput, { fault }: Circumstances): HttpResponse {
  const failed = failure(fault);
  if (failed !== undefined) return failed;
  const { TableName, FilterExpression, ExclusiveStartKey: start } = input;
  const from = start === undefined ? '' : table.keyOf(start);
  const rest = table
    .items()
    .map(({ item }) => item)
    .filter((item) => table.keyOf(item) > from)
    .toSorted((a, b) => (table.keyOf(a) < table.keyOf(b) ? -1 : 1));
  const page = rest.slice(0, SCAN_PAGE);
  const found = page.filter((item) => holds({ ...input, ConditionExpression: FilterExpression }, item));
  return answer(
    {
      Items: found.map((item) => projected(item, input)),
      Count: found.length,
      ScannedCount: page.length,
      ...(rest.length > page.length && { LastEvaluatedKey: projected(page.at(-1)!, input) }),
      ConsumedCapacity: { TableName, CapacityUnits: page.length },
    },
    fault,
  );
}

/** Answers DeleteItem. With the fault `unavailable` it may have been applied. */
export function deleteItem(table: Table, input: DeleteInput, { fault, chance }: Circumstances): HttpResponse {
  const isLost = fault === 'unavailable' && chance.happens(0.5);
  const failed = isLost ? undefined : failure(fault);
  if (failed !== undefined || fault === 'unprocessed') return failed ?? error(400, 'ThrottlingException');
  // A condition about an attribute is false for an item that is not there.
  if (!holds(input, table.get(input.Key)?.item)) return error(400, 'ConditionalCheckFailedException');
  table.remove(input.Key);
  if (isLost) return error(500, 'InternalServerError');
  return answer({ ConsumedCapacity: { TableName: input.TableName, CapacityUnits: 1 } }, fault);
}

/** Faults that all of these have in common. */
function failure(fault: string | undefined): HttpResponse | undefined {
  if (fault === 'throttle') return error(400, 'ProvisionedThroughputExceededException');
  if (fault === 'unavailable') return error(500, 'InternalServerError');
  const strange = fault === undefined ? undefined : NOT_RESPONSES[fault];
  return strange && response(strange.status, strange.text);
}

/** With the fault `crc`, what arrives is not what was signed: a list or a number in it was damaged. */
function answer(output: object, fault: string | undefined): HttpResponse {
  const text = JSON.stringify(output);
  return fault === 'crc'
    ? response(
        200,
        text.replace(/\[.*?\]|\d/, (damaged) => ' '.repeat(damaged.length)),
        text,
      )
    : response(200, text);
}

function projected(item: TableItem, { ProjectionExpression, ExpressionAttributeNames: names }: Projection): TableItem {
  const wanted = new Set(ProjectionExpression.split(',').map((name) => names[name.trim()]));
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.has(name)));
}
