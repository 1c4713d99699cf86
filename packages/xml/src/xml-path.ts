import type { XmlSettings } from './xml-settings.ts';

/** Follows the elements outside of records, to find those that are one. */
export class XmlPath {
  readonly #settings: XmlSettings;
  readonly #names: string[] = [];
  /** Whether the element was met that holds the records of the path; true where the record has no path. */
  isFound: boolean;

  constructor(settings: XmlSettings) {
    this.#settings = settings;
    this.isFound = !settings.isPath;
  }

  /** Enters an element, and answers whether it is a record. */
  open(qualified: string): boolean {
    const { record, isPath, nameOf } = this.#settings;
    this.#names.push(nameOf(qualified));
    if (!isPath) return this.#names.at(-1) === record[0];
    const isOn = this.#names.length <= record.length && this.#names.every((name, index) => name === record[index]);
    if (isOn && this.#names.length >= record.length - 1) this.isFound = true;
    return isOn && this.#names.length === record.length;
  }

  close(): void {
    this.#names.pop();
  }
}
