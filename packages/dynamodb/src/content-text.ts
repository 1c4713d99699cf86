import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { attributeValues } from './attribute-values.ts';
import { decimalText, parseDecimal } from './decimal.ts';
import { isPlain, marshal } from './marshal.ts';

/**
 * A text that two records share exactly where DynamoDB would hold them equal: attributes and members of sets in any
 * order, numbers by value, properties that are undefined left out.
 *
 * @throws MillraceError where the record holds what DynamoDB cannot store
 */
export function contentText(record: unknown): string {
  if (typeof record === 'object' && record !== null && isPlain(record))
    return text({ M: attributeValues(marshal(record, true)) });
  return `[${text(attributeValues(marshal({ record }, true))['record'] ?? { NULL: true })}]`;
}

function text(value: AttributeValue): string {
  if (value.M !== undefined) {
    const { M } = value;
    const names = Object.keys(M).toSorted();
    return `{${names.map((name) => `${JSON.stringify(name)}:${text(M[name]!)}`).join(',')}}`;
  }
  if (value.L !== undefined) return `[${value.L.map(text).join(',')}]`;
  if (value.S !== undefined) return JSON.stringify(value.S);
  if (value.N !== undefined) return number(value.N);
  if (value.B !== undefined) return binary(value.B);
  if (value.SS !== undefined) return set(value.SS.map((one) => JSON.stringify(one)));
  if (value.NS !== undefined) return set(value.NS.map(number));
  if (value.BS !== undefined) return set(value.BS.map(binary));
  return value.BOOL === undefined ? 'null' : `${value.BOOL}`;
}

function set(members: readonly string[]): string {
  return `<${members.toSorted().join(',')}>`;
}

function number(digits: string): string {
  return decimalText(parseDecimal(digits)!);
}

function binary({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return `b${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}`;
}
