import { createHash, type Hash } from 'node:crypto';

/** What happened, line by line, and a digest of it: two runs of a seed must have the same. */
export class Trace {
  readonly #hash: Hash = createHash('sha256');
  readonly #keep: boolean;
  readonly lines: string[] = [];

  /** @param keep whether lines are kept for reading, and not only digested */
  constructor(keep: boolean) {
    this.#keep = keep;
  }

  /** @param at world time in milliseconds */
  note(at: number, who: string, what: string): void {
    const line = `${at.toFixed(3)} ${who} ${what}`;
    this.#hash.update(line).update('\n');
    if (this.#keep) this.lines.push(line);
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
