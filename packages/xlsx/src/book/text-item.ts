/**
 * The text of a string item, shared or in a cell: that of its `t` elements, and of those in its runs `r`. Phonetic hints (`rPh`)
 * are not part of it.
 */
export class TextItem {
  #text = '';
  #length = 0;
  /** Depth inside of the item: 1 for its children. */
  #depth = 0;
  #isInRun = false;
  readonly #maxChars: number;
  /** Whether the element that is open holds some of the text. */
  listens = false;

  /** @param maxChars characters that are kept; more are counted */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  open(name: string): void {
    const own = name.slice(name.indexOf(':') + 1);
    this.#depth += 1;
    if (this.#depth === 1) this.#isInRun = own === 'r';
    this.listens = own === 't' && (this.#depth === 1 || (this.#depth === 2 && this.#isInRun));
  }

  close(): void {
    this.#depth -= 1;
    this.listens = false;
  }

  text(some: string): void {
    this.#length += some.length;
    if (this.#length <= this.#maxChars) this.#text += some;
  }

  get length(): number {
    return this.#length;
  }

  /** The text. The item is empty afterwards. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    this.#length = 0;
    return text;
  }
}
