import type { Ledger } from './ledger.ts';
import type { HeadRecord, LedgerAddress, VersionRecord } from './ledger-store.ts';
import { listedEntry } from './listed-entry.ts';
import { storedLedger } from './stored-ledger.ts';

interface KnownObject {
  head: HeadRecord | undefined;
  readonly versions: Map<string, VersionRecord>;
}

/**
 * Keeps a ledger in this process's memory: for tests, and for a run that should skip what it has just done. It is gone with
 * the process, so it does not make a Lambda function's deliveries idempotent.
 *
 * @param now the clock, in milliseconds since the epoch; for tests
 * @example
 * await prices.run(refs, { ledger: memoryLedger() });
 */
export function memoryLedger(now: () => number = Date.now): Ledger {
  const objects = new Map<string, KnownObject>();
  const objectOf = ({ feed, object }: Pick<LedgerAddress, 'feed' | 'object'>): KnownObject => {
    const key = `${feed}\n${object}`;
    const known = objects.get(key) ?? { head: undefined, versions: new Map<string, VersionRecord>() };
    objects.set(key, known);
    return known;
  };
  return storedLedger(
    {
      name: 'memory',
      read: async (at) => ({ head: objectOf(at).head, version: objectOf(at).versions.get(at.version) }),
      writeHead: async (at, head, seen) => {
        const known = objectOf(at);
        if (known.head?.stamp !== seen) return false;
        known.head = head;
        return true;
      },
      writeVersion: async (at, version, seen) => {
        const { versions } = objectOf(at);
        if (versions.get(at.version)?.stamp !== seen) return false;
        versions.set(at.version, version);
        return true;
      },
      versions: async (feed, object) => [...objectOf({ feed, object }).versions.values()],
      list: async function* ({ feed }) {
        const all = [...objects.values()].flatMap(({ versions }) => [...versions.values()]);
        yield* all
          .filter((version) => version.feed === feed)
          .map((version) => listedEntry(version))
          .toSorted((a, b) => (a.firstClaimedAt < b.firstClaimedAt ? -1 : 1));
      },
    },
    now,
  );
}
