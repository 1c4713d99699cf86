import { utf8Bytes } from './utf8-bytes.ts';

/** The key of a ledger's table: all entries of an object of a feed are in one partition. */
export interface LedgerKey {
  /** Feed and object, as `prices#s3://bucket/key`; `#` and a digest where that is too long for a key. */
  readonly object: string;
  /** {@link HEAD}, or the digest of the item's id. */
  readonly version: string;
}

/** The names of the key's attributes. */
export const LEDGER_KEY = { partitionKey: 'object', sortKey: 'version' } as const;

/** Key of the item for the object itself. It sorts before every digest. */
export const HEAD = '#head';

/** Sorts after the head and not after any digest, which is in hexadecimal. */
export const FIRST_VERSION = '0';

/** A partition key may have 2,048 bytes. An S3 key has up to 1,024, so only other sources come near. */
const MAX_TEXT_BYTES = 2_000;

/** The partition of an object of a feed. A feed's name holds no `#`, so two of them cannot lead to one partition. */
export async function ledgerPartition(feed: string, object: string): Promise<string> {
  const text = `${feed}#${object}`;
  return utf8Bytes(text) <= MAX_TEXT_BYTES ? text : `#${await sha256(text)}`;
}

export async function ledgerKey(feed: string, object: string, itemId: string): Promise<LedgerKey> {
  const [partition, version] = await Promise.all([ledgerPartition(feed, object), sha256(itemId)]);
  return { object: partition, version };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}
