import { isBlock } from '../../block.ts';
import { isLocated } from '../../text-place.ts';

/** What goes from one stage to the next at once, in order. */
export type Batch<T> = readonly T[];

/** What a batch may weigh before it goes on: bytes or characters. */
const MAX_WEIGHT = 64 * 1024;

/** Weight of a record, of a part's beginning, and of a chunk that is neither bytes nor text. */
const RECORD_WEIGHT = 64;
const OTHER_WEIGHT = 1024;

/** Gathers small outputs, as those of an archive of many small files. */
export class OutputBatch<T> {
  readonly #check: (output: T) => void;
  #outputs: T[] = [];
  #weight = 0;

  /** @param check throws if this output may not come now */
  constructor(check: (output: T) => void) {
    this.#check = check;
  }

  get isEmpty(): boolean {
    return this.#outputs.length === 0;
  }

  add(output: T): void {
    this.#outputs.push(output);
    this.#weight += weightOf(output);
  }

  /** Takes outputs, which are made only as they are asked for; yields each batch that has become full. */
  *filled(outputs: Iterable<T>): Generator<Batch<T>, void, undefined> {
    for (const output of outputs) {
      this.#check(output);
      this.add(output);
      if (this.#weight >= MAX_WEIGHT) yield this.taken();
    }
  }

  taken(): Batch<T> {
    const taken = this.#outputs;
    this.#outputs = [];
    this.#weight = 0;
    return taken;
  }
}

function weightOf(output: unknown): number {
  if (typeof output === 'string' || output instanceof Uint8Array) return output.length;
  if (isLocated(output)) return weightOf(output.chunk);
  return isBlock(output) ? output.records.length * RECORD_WEIGHT : OTHER_WEIGHT;
}
