import { MillraceError } from '@millrace/core';
import type { HeadRecord, VersionRecord } from '@millrace/core/plugin';
import type { LedgerKey } from './ledger-key.ts';
import { type ListingAttributes, listingAttributes } from './ledger-listing.ts';
import { reportFromText, reportToText } from './ledger-report.ts';

/*
 * How the records of a ledger look as items: the object's name is under `ref`, since `object` is the partition key; a report
 * is JSON; what is finished may have an expiry; and a version has what lists it.
 */

interface Stored extends LedgerKey {
  /** The object, as the source describes its reference. */
  readonly ref: string;
  /** Second since the epoch after which DynamoDB may delete the item. Only what is finished has it. */
  readonly expiresAt?: number | undefined;
}

/** The item of one version of an object. */
export interface VersionItem
  extends Stored, Partial<ListingAttributes>, Omit<VersionRecord, 'object' | 'version' | 'report'> {
  /** The report as JSON. */
  readonly report?: string;
}

/** The item of an object as a whole. */
export interface HeadItem extends Stored, Omit<HeadRecord, 'object'> {}

export type LedgerItem = VersionItem | HeadItem;

export function versionItem(key: LedgerKey, record: VersionRecord, expiresAt: number | undefined): VersionItem {
  const { object: ref, report, ...rest } = record;
  const text = report === undefined ? {} : { report: reportToText(report) };
  return {
    ...rest,
    ...text,
    ...key,
    ref,
    ...listingAttributes(record),
    ...(record.state !== 'claimed' && { expiresAt }),
  };
}

export function headItem(key: LedgerKey, record: HeadRecord, expiresAt: number | undefined): HeadItem {
  const { object: ref, ...rest } = record;
  return { ...rest, ...key, ref, ...(record.leaseUntil === 0 && { expiresAt }) };
}

/** @throws MillraceError `DYNAMODB_ENTRY_UNREADABLE` */
export function versionRecord(item: VersionItem): VersionRecord {
  const { object: _partition, version: _digest, expiresAt: _expiry, listedIn: _day, listing: _, ...kept } = item;
  const { ref, report, ...known } = kept;
  try {
    return { ...known, object: ref, ...(report === undefined ? {} : { report: reportFromText(report) }) };
  } catch (cause) {
    const text = `The ledger's entry for ${ref} of feed ${item.feed} holds a report that is not valid JSON. Delete the entry.`;
    throw new MillraceError('DYNAMODB_ENTRY_UNREADABLE', text, { cause, details: { id: item.origin.id } });
  }
}

export function headRecord({
  object: _partition,
  version: _head,
  expiresAt: _expiry,
  ref,
  ...known
}: HeadItem): HeadRecord {
  return { ...known, object: ref };
}
