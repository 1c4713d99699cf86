import type { ItemContext } from '../../context.ts';
import type { ItemOrigin } from '../../origin.ts';
import type { Entry } from '../../record-context.ts';
import type { RecordPlace } from '../../rejected.ts';

/** What the records of one block share. It is kept alive by them until the last has settled. */
export interface BlockHome {
  readonly context: Omit<ItemContext, 'stage' | 'count'>;
  readonly generation?: number | undefined;
  /** Ordinal of the block's first record. */
  readonly first: number;
  readonly place: ((index: number) => RecordPlace) | undefined;
}

/** A record under way; one small object from its birth to its settlement, which stages and sinks see read-only. */
export class LiveEntry<T = unknown> implements Entry<T> {
  value: T;
  readonly ordinal: number;
  readonly branch: string;
  readonly #home: BlockHome;

  constructor(value: T, ordinal: number, branch: string, home: BlockHome) {
    this.value = value;
    this.ordinal = ordinal;
    this.branch = branch;
    this.#home = home;
  }

  get item(): ItemOrigin {
    return this.#home.context.item;
  }

  get feed(): string {
    return this.#home.context.feed;
  }

  get run(): string {
    return this.#home.context.run;
  }

  get generation(): number | undefined {
    return this.#home.generation;
  }

  get signal(): AbortSignal {
    return this.#home.context.signal;
  }

  /** The same record's `index`th branch, carrying `value`. */
  branchOff<U>(index: number, value: U): LiveEntry<U> {
    const branch = this.branch === '' ? String(index) : `${this.branch}.${index}`;
    return new LiveEntry(value, this.ordinal, branch, this.#home);
  }

  /** Another value that stands for this record, such as its rejection. */
  standIn<U>(value: U): LiveEntry<U> {
    return new LiveEntry(value, this.ordinal, this.branch, this.#home);
  }

  /** Raw text and position, cut out of the block only now. */
  place(): RecordPlace {
    return this.#home.place?.(this.ordinal - this.#home.first) ?? {};
  }
}
