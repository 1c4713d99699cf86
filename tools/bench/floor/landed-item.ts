import { hash } from 'node:crypto';
import { LANDING_NAMESPACE } from '../../stub-aws/landing-namespace.ts';

/** A value as DynamoDB's low-level API takes it. */
type Attribute = Readonly<Record<string, unknown>>;

/** What the items of one object have in common. */
export interface Origin {
  readonly uri: string;
  readonly etag: string;
  readonly lastModified: string;
  readonly feed: string;
}

const VARIANT = '89ab';
const NULL = { NULL: true };
const TRUE = { BOOL: true };
const FALSE = { BOOL: false };

/** Names places of one object, and says in which namespace. */
export interface PlaceNames {
  readonly space: string;
  readonly nameOf: (place: string) => string;
}

export function placeNames({ uri, etag }: Pick<Origin, 'uri' | 'etag'>): PlaceNames {
  const name = Buffer.alloc(16 + 32);
  const space = uuid(
    Buffer.concat([bytesOf(LANDING_NAMESPACE), Buffer.from(`item:${uri}?etag=${etag.replaceAll('"', '')}`)]),
  );
  bytesOf(space).copy(name);
  return { space, nameOf: (place) => uuid(name.subarray(0, 16 + name.write(place, 16, 'latin1'))) };
}

/** Makes the items of one object, with the same result as `landingItem()`, and without any check. */
export function itemMaker({ uri, etag, lastModified, feed }: Origin): (record: unknown, ordinal: number) => Attribute {
  const { nameOf, space } = placeNames({ uri, etag });
  const version = { S: space.replaceAll('-', '') };
  const uploadDate = { S: lastModified };
  const feedName = { S: feed };
  const source = { S: uri };
  return (record, ordinal) => {
    const number = String(ordinal);
    return {
      uuid: { S: nameOf(number) },
      upload_date: uploadDate,
      feed: feedName,
      source,
      source_version: version,
      ordinal: { N: number },
      record: attribute(record),
    };
  };
}

function attribute(value: unknown): Attribute {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (value === null) return NULL;
  if (typeof value === 'boolean') return value ? TRUE : FALSE;
  if (Array.isArray(value)) return { L: value.map(attribute) };
  const map: Record<string, Attribute> = {};
  for (const name in value as Record<string, unknown>) map[name] = attribute((value as Record<string, unknown>)[name]);
  return { M: map };
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function uuid(data: Buffer): string {
  const hex = hash('sha1', data);
  const variant = VARIANT[Number.parseInt(hex[16]!, 16) & 3]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
