import { withoutPrefix, type XmlName } from './xml-names.ts';
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
  open({ key }: XmlName): boolean {
    this.#names.push(key);
    if (this.#isRecord(key)) {
      this.#sawRecord = true;
      return true;
    }
    if (!this.#sawRecord) this.#look(key);
    return false;
  }

  close(): void {
    this.#names.pop();
  }

  #isRecord(key: string): boolean {
    const { record, isPath } = this.#settings;
    if (!isPath) return key === record[0];
    return this.#names.length === record.length && this.#names.every((name, index) => name === record[index]);
  }

  /** Finds out what an element is that is not a record, until the first record comes. */
  #look(key: string): void {
    const { record, isPath } = this.#settings;
    if (withoutPrefix(key) === withoutPrefix(record.at(-1)!)) this.sawOtherPrefix = true;
    if (!isPath || this.#names.length > record.length) return;
    const parents = record.slice(0, -1);
    if (!parents.every((name, index) => name === this.#names[index])) return;
    if (this.#names.length === record.length) this.#sawOther = true;
    else if (this.#names.length === parents.length) this.#sawParent = true;
  }
}
