import type { XmlSettings } from './xml-settings.ts';

/** Follows the elements outside of records, to find those that are one. */
export class XmlPath {
  readonly #settings: XmlSettings;
  readonly #names: string[] = [];
  #sawRecord = false;
  #sawParent = false;
  #sawOther = false;
  /** Whether an element differs from a record by the prefix of its name only. */
  sawOtherPrefix = false;

  constructor(settings: XmlSettings) {
    this.#settings = settings;
  }

  /**
   * Whether the document is what `record` describes: it has a record, or the element that holds them is empty. A name alone
   * does not say what holds its records.
   */
  get isFound(): boolean {
    return this.#sawRecord || (this.#sawParent && !this.#sawOther);
  }

  /** Enters an element, and returns whether it is a record. */
  open(qualified: string): boolean {
    const { nameOf } = this.#settings;
    this.#names.push(nameOf(qualified));
    if (this.#isRecord()) {
      this.#sawRecord = true;
      return true;
    }
    if (!this.#sawRecord) this.#look();
    return false;
  }

  close(): void {
    this.#names.pop();
  }

  #isRecord(): boolean {
    const { record, isPath } = this.#settings;
    if (!isPath) return this.#names.at(-1) === record[0];
    return this.#names.length === record.length && this.#names.every((name, index) => name === record[index]);
  }

  /** Finds out what an element is that is not a record, until the first record comes. */
  #look(): void {
    const { record, isPath } = this.#settings;
    if (localName(this.#names.at(-1)!) === localName(record.at(-1)!)) this.sawOtherPrefix = true;
    if (!isPath || this.#names.length > record.length) return;
    const parents = record.slice(0, -1);
    if (!parents.every((name, index) => name === this.#names[index])) return;
    if (this.#names.length === record.length) this.#sawOther = true;
    else if (this.#names.length === parents.length) this.#sawParent = true;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
