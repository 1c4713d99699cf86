import { fromBase64 } from './base64.ts';
import { type MakeExactNumber, numberOf } from './numbers.ts';

type Attributes = Readonly<Record<string, unknown>>;

const TYPES = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS']);

/**
 * An item as plain values. Attribute values, as the low-level client, exports and streams have them, are told by their
 * form: each is an object with a type as its one name. Binary may be bytes, or base64 as in JSON.
 */
export function plainItem(item: object, makeExact: MakeExactNumber): Attributes {
  const attributes = Object.entries(item);
  if (attributes.length === 0 || !attributes.every(([, value]) => isAttributeValue(value))) return item as Attributes;
  return plainMap(item as Attributes, makeExact);
}

function isAttributeValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const [type, ...others] = Object.keys(value);
  return type !== undefined && others.length === 0 && TYPES.has(type);
}

function plainMap(map: Attributes, makeExact: MakeExactNumber): Attributes {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, plain(value as Attributes, makeExact)]));
}

function plain(value: Attributes, makeExact: MakeExactNumber): unknown {
  const [[type, content]] = Object.entries(value) as [[string, unknown]];
  switch (type) {
    case 'N':
      return numberOf(content as string, makeExact);
    case 'B':
      return binary(content);
    case 'NULL':
      return null;
    case 'L':
      return (content as Attributes[]).map((one) => plain(one, makeExact));
    case 'M':
      return plainMap(content as Attributes, makeExact);
    case 'SS':
      return new Set(content as string[]);
    case 'NS':
      return new Set((content as string[]).map((one) => numberOf(one, makeExact)));
    case 'BS':
      return new Set((content as unknown[]).map(binary));
    default:
      return content;
  }
}

function binary(content: unknown): unknown {
  return typeof content === 'string' ? fromBase64(content) : content;
}
