import type { QuarantineStore } from '@millrace/core/plugin';
import type { SimulatedProcess } from '../time/simulated-process.ts';
import type { Network } from '../wire/network.ts';

/** Texts under keys, as a bucket for rejected records keeps them. */
export class TextStore {
  readonly texts: Map<string, { readonly text: string; readonly putAt: number }> = new Map();

  /** The store as one process reaches it, over the wire; for `storedQuarantine` of core. */
  seenFrom(process: SimulatedProcess, network: Network, now: () => number): QuarantineStore {
    const { texts } = this;
    const send = <T>(what: string, apply: () => T, signal?: AbortSignal): Promise<T> =>
      network.send({ process, service: 'quarantine', what, apply, signal });
    return {
      name: 'texts',
      put: (key, text, _about, signal) => send(`put ${key}`, () => void texts.set(key, { text, putAt: now() }), signal),
      get: (key) => send(`get ${key}`, () => texts.get(key)!),
      list: async function* (prefix) {
        const keys = [...texts.keys()].filter((key) => key.startsWith(prefix)).toSorted();
        yield* await send(`list ${prefix}`, () => keys);
      },
    };
  }
}
