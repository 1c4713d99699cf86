import { MillraceError } from '@millrace/core';
import type { HeadRecord, Known, LedgerAddress, LedgerStore, VersionRecord } from '@millrace/core/plugin';
import type { SimulatedProcess } from '../time/simulated-process.ts';
import type { Network } from '../wire/network.ts';

/** Tries of a request to the ledger's store whose response did not come. */
const TRIES = 3;

/** Keeps a ledger's records with compare-and-set, and decides nothing: `storedLedger` of core does. */
export class LedgerRecords {
  readonly #heads: Map<string, HeadRecord> = new Map();
  readonly #versions: Map<string, VersionRecord> = new Map();
  /** Called when a version has become complete; what is stored of a complete version later does not complete it again. */
  onCompleted: (version: VersionRecord, by: SimulatedProcess) => void = () => {};

  versions(): readonly VersionRecord[] {
    return [...this.#versions.values()];
  }

  heads(): readonly HeadRecord[] {
    return [...this.#heads.values()];
  }

  /** The store as one process reaches it over the wire. */
  seenFrom(process: SimulatedProcess, network: Network): LedgerStore {
    const [heads, versions] = [this.#heads, this.#versions];
    const send = async <T>(what: string, apply: () => T): Promise<T> => {
      let last: unknown;
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        try {
          return await network.send({ process, service: 'ledger', what, apply, timeoutMs: 3000 });
        } catch (thrown) {
          last = thrown;
        }
      }
      const message = 'The ledger cannot be reached. Try again later.';
      throw new MillraceError('LEDGER_UNREACHABLE', message, { cause: last, retryable: true });
    };
    // A write whose response was lost is sent again, and is in place if its own stamp is found.
    const swap = <T extends { readonly stamp: string }>(
      records: Map<string, T>,
      what: string,
      key: string,
      next: {
        readonly record: T;
        readonly seen: string | undefined;
        readonly written?: (before: T | undefined) => void;
      },
    ): Promise<boolean> =>
      send(what, () => {
        const before = records.get(key);
        const stamp = before?.stamp;
        if (stamp === next.record.stamp) return true;
        if (stamp !== next.seen) return false;
        records.set(key, next.record);
        next.written?.(before);
        return true;
      });
    return {
      name: 'simulated',
      read: (at) =>
        send<Known>('read', () => ({ head: heads.get(headKey(at)), version: versions.get(versionKey(at)) })),
      writeHead: (at, record, seen) =>
        swap(heads, `head ${record.leaseUntil > 0 ? 'held' : 'free'}`, headKey(at), { record, seen }),
      writeVersion: (at, record, seen) =>
        swap(versions, `version ${record.state} ${record.watermark}`, versionKey(at), {
          record,
          seen,
          written: (before) => {
            if (record.state === 'complete' && before?.state !== 'complete') this.onCompleted(record, process);
          },
        }),
      versions: (feed, object) =>
        send('versions', () => [...versions.values()].filter((one) => one.feed === feed && one.object === object)),
    };
  }
}

function headKey({ feed, object }: Pick<LedgerAddress, 'feed' | 'object'>): string {
  return JSON.stringify([feed, object]);
}

function versionKey({ feed, object, version }: LedgerAddress): string {
  return JSON.stringify([feed, object, version]);
}
