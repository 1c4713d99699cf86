import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import { MillraceError, type Rejection } from '@millrace/core';
import { rejectionFromJson, rejectionToJson, shortenedRejections } from '@millrace/core/plugin';
import { itemSize } from './item-size.ts';
import { MAX_ITEM_BYTES } from './limits.ts';
import type { QuarantineKey } from './quarantine-key.ts';
import { utf8Bytes } from './utf8-bytes.ts';
import { withoutMessage } from './without-message.ts';

/** What the item of a rejection holds: attributes for people and for queries, and all of it as JSON. */
export interface QuarantineRow extends QuarantineKey {
  readonly feed: string;
  readonly uri: string;
  /** The item's id. */
  readonly item_id: string;
  readonly run: string;
  /** `item` for the note on an item that failed. */
  readonly scope?: string | undefined;
  readonly ordinal: number;
  readonly branch?: string | undefined;
  readonly stage: string;
  readonly code: string;
  readonly message: string;
  readonly line?: number | undefined;
  readonly byte_offset?: number | undefined;
  /** Raw text, where it is text and has a place. */
  readonly raw?: string | undefined;
  /** The whole rejection, in the form of `rejectionToJson`. */
  readonly rejection?: string;
  /** The same, gzipped, where it is too large otherwise. */
  readonly rejection_gz?: Uint8Array;
  /** Something had to be left out; the rejection's details say what. */
  readonly cut?: true | undefined;
  /** Second since the epoch after which DynamoDB may delete the item. */
  readonly expires_at?: number | undefined;
  /** When a replay delivered it, as ISO-8601 in UTC. */
  readonly settled_at?: string;
}

/** Largest raw text in bytes that gets its own attribute. */
const MAX_RAW_BYTES = 300 * 1024;

/** What is kept of a long message. */
const MESSAGE_START = 1000;

/**
 * The item of a rejection, within 400 KB. A rejection that is larger is gzipped; one that still does not fit is cut, first
 * what a replay can do without: its value, where there is raw text; then the raw record but for its start; then details and
 * the rest of the message. A record that was cut is never replayed from a part of it. Sealed content cannot be cut.
 *
 * @throws MillraceError `DYNAMODB_REJECTION_TOO_LARGE`
 */
export async function quarantineRow(
  rejection: Rejection,
  key: QuarantineKey,
  expiresAt: number | undefined,
): Promise<QuarantineRow> {
  let row: QuarantineRow | undefined;
  for (const kept of shortenedRejections(rejection, 'DynamoDB')) {
    assertSealed(kept, rejection);
    const { raw, ...readable } = attributes(kept, key, kept !== rejection, expiresAt);
    const json = rejectionToJson(kept);
    row = { ...readable, raw, rejection: json };
    if (fits(row)) return row;
    const rejection_gz = await promisify(gzip)(json);
    for (row of [
      { ...readable, raw, rejection_gz },
      { ...readable, rejection_gz },
    ])
      if (fits(row)) return row;
  }
  return row!;
}

/** @throws MillraceError `QUARANTINE_UNREADABLE` */
export function rejectionOf({ item, position, rejection, rejection_gz }: QuarantineRow): Rejection {
  try {
    return rejectionFromJson(rejection ?? gunzipSync(rejection_gz ?? new Uint8Array()).toString());
  } catch (thrown) {
    const text = `Item ${item}, ${position} of the quarantine holds no rejection. Something else has written it; delete it.`;
    const cause = withoutMessage(thrown);
    throw new MillraceError('QUARANTINE_UNREADABLE', text, { cause, details: { item, position } });
  }
}

/** Sealed content is in the details: to leave them out would lose all of the record. */
function assertSealed(kept: Rejection, { item, ordinal, details }: Rejection): void {
  if (details?.['sealed'] === undefined || kept.details?.['sealed'] !== undefined) return;
  throw new MillraceError(
    'DYNAMODB_REJECTION_TOO_LARGE',
    'A sealed rejection does not fit into an item of DynamoDB. Keep the rejections of this feed in S3, with s3Quarantine.',
    { item: item.id, ordinal },
  );
}

function fits(row: QuarantineRow): boolean {
  return itemSize(row) <= MAX_ITEM_BYTES;
}

/** DynamoDB takes valid Unicode only. JSON escapes what is none, so the rejection itself stays as it is. */
function attributes(
  { feed, item, run, scope, ordinal, branch, stage, code, message, line, byteOffset, raw, details }: Rejection,
  key: QuarantineKey,
  cut: boolean,
  expiresAt: number | undefined,
): Omit<QuarantineRow, 'rejection' | 'rejection_gz'> {
  const text = raw ?? details?.['rawStart'];
  return {
    ...key,
    feed,
    uri: item.uri.toWellFormed(),
    item_id: item.id.toWellFormed(),
    run,
    scope,
    ordinal,
    branch: branch === '' ? undefined : branch,
    stage: stage.toWellFormed(),
    code: code.toWellFormed(),
    message: message.slice(0, MESSAGE_START).toWellFormed(),
    line,
    byte_offset: byteOffset,
    raw: typeof text === 'string' && utf8Bytes(text) <= MAX_RAW_BYTES ? text.toWellFormed() : undefined,
    cut: cut || undefined,
    expires_at: expiresAt,
  };
}
