import type { GrantedExtent } from '../../ledger/ledger.ts';

/**
 * Keeps a run within the bounds that its ledger has stored: which ordinals, and how many branches of a record, may be handed
 * to the sink. Whoever deletes a version's rows later computes their keys from these bounds, so a bound is stored first, and
 * records beyond it wait.
 *
 * A checkpoint proposes a bound of `window` records past the one at hand, so that records wait only if the ledger is slower
 * than the sink for a whole window. Branches are bounded by powers of two: a fan-out that grows waits a few times at most.
 */
export class Reach {
  readonly #window: number;
  readonly #store: () => Promise<void>;
  readonly #branches: number[];
  #ordinals: number;
  /** Exact numbers over all runs, for the end. */
  #handed: number;
  readonly #made: number[];

  /**
   * @param window records that a checkpoint reaches ahead
   * @param store stores a checkpoint; resolves once the ledger has confirmed one that began after the call, and rejects if it
   *   did not
   */
  constructor({ before, reach, branches }: GrantedExtent, window: number, store: () => Promise<void>) {
    this.#window = window;
    this.#store = store;
    this.#ordinals = reach;
    this.#handed = before;
    this.#branches = [...branches];
    this.#made = [...branches];
  }

  /** Lets the record of an ordinal through at once if it may be handed on; otherwise waits for the ledger. */
  admit(ordinal: number): Promise<void> | undefined {
    if (ordinal >= this.#handed) this.#handed = ordinal + 1;
    return ordinal < this.#ordinals ? undefined : this.#raised(() => ordinal < this.#ordinals);
  }

  /** The same for the branches of one record. @param level 0 for the first fan-out */
  admitBranches(level: number, count: number): Promise<void> | undefined {
    while (this.#made.length <= level) this.#made.push(0);
    if (count > this.#made[level]!) this.#made[level] = count;
    const isAdmitted = (): boolean => count <= (this.#branches[level] ?? 0);
    return isAdmitted() ? undefined : this.#raised(isAdmitted);
  }

  /** What the next checkpoint is to store. */
  ahead(): { readonly reach: number; readonly branches: readonly number[] } {
    return {
      reach: Math.max(this.#ordinals, this.#handed + this.#window),
      branches: this.#made.map((count, level) => Math.max(this.#branches[level] ?? 0, powerOfTwo(count))),
    };
  }

  /** What the version came to, for its outcome. Every write has ended. */
  exact(): { readonly reach: number; readonly branches: readonly number[] } {
    return { reach: this.#handed, branches: this.#made };
  }

  /** The ledger has stored these bounds. */
  confirmed(reach: number, branches: readonly number[]): void {
    this.#ordinals = Math.max(this.#ordinals, reach);
    for (const [level, count] of branches.entries()) {
      this.#branches[level] = Math.max(this.#branches[level] ?? 0, count);
    }
  }

  async #raised(isAdmitted: () => boolean): Promise<void> {
    while (!isAdmitted()) await this.#store();
  }
}

function powerOfTwo(count: number): number {
  return count === 0 ? 0 : 2 ** Math.ceil(Math.log2(count));
}
