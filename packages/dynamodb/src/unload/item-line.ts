import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { base64 } from '../scalar.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * An item as a line of DynamoDB JSON, as DynamoDB's own exports to S3 have it: `{"Item":{"uuid":{"S":"…"}}}`. Attributes and
 * members of sets are in the order of their names, since DynamoDB has no order of them: the same item is always the same line.
 */
export function itemLine(item: Attributes): string {
  return `{"Item":${map(item)}}\n`;
}

function map(attributes: Attributes): string {
  let text = '';
  for (const name of Object.keys(attributes).toSorted()) {
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${value(attributes[name]!)}`;
  }
  return `{${text}}`;
}

function value(one: AttributeValue): string {
  if (one.S !== undefined) return `{"S":${JSON.stringify(one.S)}}`;
  if (one.N !== undefined) return `{"N":${JSON.stringify(one.N)}}`;
  if (one.M !== undefined) return `{"M":${map(one.M)}}`;
  if (one.L !== undefined) return `{"L":[${one.L.map(value).join(',')}]}`;
  if (one.B !== undefined) return `{"B":${JSON.stringify(base64(one.B))}}`;
  if (one.BOOL !== undefined) return `{"BOOL":${one.BOOL}}`;
  if (one.SS !== undefined) return `{"SS":${JSON.stringify(one.SS.toSorted())}}`;
  if (one.NS !== undefined) return `{"NS":${JSON.stringify(one.NS.toSorted())}}`;
  if (one.BS !== undefined) return `{"BS":${JSON.stringify(one.BS.map(base64).toSorted())}}`;
  return '{"NULL":true}';
}
