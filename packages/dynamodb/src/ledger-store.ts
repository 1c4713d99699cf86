import type { ListedEntry } from '@millrace/core';
import { type LedgerAddress, type LedgerStore, listedEntry, type ListedPeriod } from '@millrace/core/plugin';
import { type HeadItem, headItem, headRecord, type VersionItem, versionItem, versionRecord } from './ledger-item.ts';
import { HEAD, type LedgerKey, ledgerKey, ledgerPartition } from './ledger-key.ts';
import { daysOf, indexedEntry, isWhole, listedIn } from './ledger-listing.ts';
import type { LedgerTable } from './ledger-table.ts';

/**
 * A ledger's records in a DynamoDB table: the head and the versions of an object are items of one partition.
 *
 * @param expiresAt the second in which what is finished now may be deleted
 */
export function dynamodbLedgerStore(table: LedgerTable, expiresAt: () => number | undefined): LedgerStore {
  const headKey = async ({ feed, object }: LedgerAddress): Promise<LedgerKey> => ({
    object: await ledgerPartition(feed, object),
    version: HEAD,
  });
  const versionKey = ({ feed, object, version }: LedgerAddress): Promise<LedgerKey> => ledgerKey(feed, object, version);
  return {
    name: 'dynamodb',
    read: async (at) => {
      const keys = await Promise.all([headKey(at), versionKey(at)]);
      const [head, version] = await Promise.all(keys.map(table.get));
      return {
        ...(head && { head: headRecord(head as HeadItem) }),
        ...(version && { version: versionRecord(version as VersionItem) }),
      };
    },
    writeHead: async (at, head, seen) => table.put(headItem(await headKey(at), head, expiresAt()), seen),
    writeVersion: async (at, version, seen) => table.put(versionItem(await versionKey(at), version, expiresAt()), seen),
    versions: async (feed, object) => {
      const items = await table.versions(await ledgerPartition(feed, object));
      return items.map(versionRecord);
    },
    list: ({ feed, from, until, signal }) => listed(table, { feed, from, until, ...(signal && { signal }) }),
  };
}

/** Reads of the table at once, for entries of which the index does not say all. */
const READS = 16;

/** Lists whole days, one after the other. */
async function* listed(
  table: LedgerTable,
  { feed, from, until, signal }: ListedPeriod,
): AsyncGenerator<ListedEntry, void, undefined> {
  for (const day of daysOf(from, until)) {
    signal?.throwIfAborted();
    for await (const items of table.listed(listedIn(feed, day))) {
      const [whole, others] = [items.filter(isWhole), items.filter((item) => !isWhole(item))];
      yield* whole.map(indexedEntry);
      for (let start = 0; start < others.length; start += READS) {
        signal?.throwIfAborted();
        const keys = others.slice(start, start + READS).map(({ object, version }) => ({ object, version }));
        const found = await Promise.all(keys.map(table.get));
        yield* found
          .filter((item) => item !== undefined)
          .map((item) => listedEntry(versionRecord(item as VersionItem)));
      }
    }
  }
}
