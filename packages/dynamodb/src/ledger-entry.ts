import { type LedgerEntry, MillraceError } from '@millrace/core';
import type { VersionItem } from './ledger-item.ts';
import { reportFromText } from './ledger-report.ts';

/** @throws MillraceError `DYNAMODB_ENTRY_UNREADABLE` */
export function ledgerEntry(item: VersionItem): LedgerEntry {
  const { object: _partition, version: _digest, expiresAt: _expiry, turn: _turn, ref, report, ...known } = item;
  try {
    return { ...known, object: ref, ...(report === undefined ? {} : { report: reportFromText(report) }) };
  } catch (cause) {
    const text = `The ledger's entry for ${ref} of feed ${item.feed} holds a report that is no JSON. Delete the entry.`;
    throw new MillraceError('DYNAMODB_ENTRY_UNREADABLE', text, { cause, details: { id: item.origin.id } });
  }
}
