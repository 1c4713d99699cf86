import type { Rejection } from '@millrace/core';
import { rejectionPosition, textDigest } from '@millrace/core/plugin';
import { ledgerPartition } from './ledger-key.ts';

/** The key of a quarantine's table. */
export interface QuarantineKey {
  /** The object of a feed, as `prices#s3://bucket/key`; or the feed alone, for the list of its objects. */
  readonly item: string;
  /** Digest of the item's id and place of the record, as `0a1b2c3d4e5f6789#000000000017`; or digest of the object's URI. */
  readonly position: string;
}

/** The names of the key's attributes. */
export const QUARANTINE_KEY = { partitionKey: 'item', sortKey: 'position' } as const;

/** The same for the same record of the same version: a retry overwrites itself. */
export async function quarantineKey(rejection: Rejection): Promise<QuarantineKey> {
  const { feed, item } = rejection;
  const version = await textDigest(item.id, 16);
  return { item: await quarantinePartition(feed, item.uri), position: `${version}#${rejectionPosition(rejection)}` };
}

/** The partition of all rejections of an object. */
export async function quarantinePartition(feed: string, uri: string): Promise<string> {
  return (await ledgerPartition(feed, uri)).toWellFormed();
}

/** The item that tells that an object of a feed has rejections. */
export async function objectKey(feed: string, uri: string): Promise<QuarantineKey> {
  return { item: feed, position: await textDigest(uri, 32) };
}
