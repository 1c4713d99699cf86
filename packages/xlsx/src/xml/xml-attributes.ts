import { invalid } from '../xlsx-error.ts';
import { resolvedAttribute } from './xml-references.ts';

/** The attributes of the tag that is being read, as places in its text: few of them are ever asked for. */
export class XmlAttributes {
  #buffer = '';
  /** Four places of each: its name's and its value's beginning and end. */
  readonly #places: number[] = [];
  #count = 0;

  begin(buffer: string): void {
    this.#buffer = buffer;
    this.#count = 0;
  }

  add(nameFrom: number, nameTo: number, valueFrom: number, valueTo: number): void {
    const places = this.#places;
    const at = this.#count * 4;
    places[at] = nameFrom;
    places[at + 1] = nameTo;
    places[at + 2] = valueFrom;
    places[at + 3] = valueTo;
    this.#count += 1;
  }

  /**
   * The value of an attribute by its name as it is written, prefix included.
   *
   * @throws MillraceError `XLSX_INVALID`
   */
  get(name: string): string | undefined {
    const places = this.#places;
    let found = -1;
    for (let at = 0; at < this.#count * 4; at += 4) {
      const from = places[at]!;
      if (places[at + 1]! - from !== name.length || !this.#buffer.startsWith(name, from)) continue;
      if (found !== -1) throw invalid('Its XML has an attribute twice in one tag');
      found = at;
    }
    return found === -1 ? undefined : resolvedAttribute(this.#buffer.slice(places[found + 2]!, places[found + 3]!));
  }

  /** The value of the attribute with some prefix and this name, such as `r:id`. */
  prefixed(name: string): string | undefined {
    const places = this.#places;
    for (let at = 0; at < this.#count * 4; at += 4) {
      const attribute = this.#buffer.slice(places[at]!, places[at + 1]!);
      const colon = attribute.indexOf(':');
      if (colon > 0 && attribute.slice(colon + 1) === name) return this.get(attribute);
    }
    return undefined;
  }
}
