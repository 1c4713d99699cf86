import { countLineFeeds } from './record-text.ts';

/** Line numbers in one chunk. Those asked for in order cost one pass over the chunk, however many they are. */
export class LineCounter {
  readonly #text: string;
  #counted: { readonly index: number; readonly line: number };

  /** @param line line number at the beginning of `text` */
  constructor(text: string, line: number) {
    this.#text = text;
    this.#counted = { index: 0, line };
  }

  /** Returns the number of the line that the character at `index` is on. */
  at(index: number): number {
    const { index: from, line } = this.#counted;
    if (index < from) return line - countLineFeeds(this.#text, index, from);
    this.#counted = { index, line: line + countLineFeeds(this.#text, from, index) };
    return this.#counted.line;
  }
}
