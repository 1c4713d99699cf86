import { createHash } from 'node:crypto';

/** The namespace as docs and `LANDING_NAMESPACE` state it, written out here so that a change of it is noticed. */
const NAMESPACE = 'b0759858-e76b-5bf2-83cd-2b119a052fbf';

/** UUID version 5 of a name, RFC 9562 section 5.5; made here anew, so that the checks do not rest on what they check. */
function uuid5(name: string, namespace: string): string {
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  const digest = createHash('sha1').update(space).update(name).digest().subarray(0, 16);
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The id of an object's version: `s3://bucket/key?etag=…`, the key's segments percent-encoded. */
export function itemId(bucket: string, key: string, etag: string): string {
  return `s3://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}?etag=${encodeURIComponent(etag)}`;
}

/** What the `uuid` of a record is by its place. */
export function placeKey(id: string, ordinal: number): string {
  return uuid5(String(ordinal), uuid5(`item:${id}`, NAMESPACE));
}

/** What the `uuid` of a record is by a natural key. */
export function naturalKey(feed: string, text: string): string {
  return uuid5(text, uuid5(`key:${feed}`, NAMESPACE));
}
