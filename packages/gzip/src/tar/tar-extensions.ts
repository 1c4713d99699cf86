import { type PaxRecords, paxRecords, paxSize } from './pax-records.ts';
import { type TarHeader, upToZero } from './tar-header.ts';

const VOLUME = /^GNU\.volume\.(?!label)/;
const SPARSE = /^(?:GNU\.sparse|SCHILY\.realsize|SUN\.holesdata)/;

/** What the headers before an entry's own one say of it. */
export interface Extended {
  readonly name: Uint8Array;
  readonly size: number | undefined;
  /** Whether records make a sparse file, or a part of one that is spread over several archives, of the entry. */
  readonly kind: 'sparse' | 'volume' | undefined;
}

/** Keeps what extended headers say until the entry that they are for; global ones count for all that follow. */
export class TarExtensions {
  #global: PaxRecords = new Map();
  #local: PaxRecords | undefined;
  #longName: Uint8Array | undefined;
  #hasLongLink = false;

  /** Whether an entry has to follow. */
  get isPending(): boolean {
    return this.#local !== undefined || this.#longName !== undefined || this.#hasLongLink;
  }

  /** Adds the content of an extended header; returns whether it is one, in a place where it can be. */
  add(kind: 'extended' | 'global' | 'long-name' | 'long-link', content: Uint8Array): boolean {
    switch (kind) {
      case 'long-name':
        if (this.#longName !== undefined) return false;
        this.#longName = upToZero(content);
        return true;
      case 'long-link':
        if (this.#hasLongLink) return false;
        this.#hasLongLink = true;
        return true;
      case 'global':
      case 'extended':
    }
    const records = paxRecords(content);
    if (records === undefined || this.#local !== undefined) return false;
    if (kind === 'extended') this.#local = records;
    else if (this.isPending) return false;
    else this.#global = new Map([...this.#global, ...records]);
    return true;
  }

  /** Ends what is said of one entry, and applies it to the header of that. */
  take(header: TarHeader): Extended {
    const records = this.#records();
    const name = this.#longName ?? header.name;
    this.#local = this.#longName = undefined;
    this.#hasLongLink = false;
    if (records.size === 0) return { name, size: header.size, kind: undefined };
    const size = records.get('size');
    const has = (keyword: RegExp): boolean => [...records.keys()].some((key) => keyword.test(key));
    return {
      name: records.get('GNU.sparse.name') ?? records.get('path') ?? name,
      size: size === undefined || !header.hasContent ? header.size : paxSize(size),
      kind: has(VOLUME) ? 'volume' : has(SPARSE) ? 'sparse' : undefined,
    };
  }

  /** The records that hold for the next entry. An empty value takes back a global one. */
  #records(): PaxRecords {
    const records = this.#local === undefined ? this.#global : new Map([...this.#global, ...this.#local]);
    const isSaid = [...records.values()].every(({ length }) => length > 0);
    return isSaid ? records : new Map([...records].filter(([, { length }]) => length > 0));
  }
}
