import type { XmlCharacters } from './xml-characters.ts';
import { XmlFault } from './xml-fault.ts';
import type { XmlName, XmlNames } from './xml-names.ts';
import { afterSpace } from './xml-space.ts';
import { meaningOfValue } from './xml-text.ts';

/** What reading a tag returns if the text ends before the tag does. */
const INCOMPLETE = -1;
/** What reading a tag returns if the tag is not well-formed: {@link XmlTag.fault} says why. */
export const BROKEN = -2;

/** Attributes up to which each is compared with each; from there on a set finds those that come twice. */
const FEW = 8;

const GREATER = 0x3e;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/** The tag that begins an element, read in one walk. It is used for one tag after another. */
export class XmlTag {
  readonly #names: XmlNames;
  readonly #characters: XmlCharacters;
  #name: XmlName | undefined;
  /** The names of the attributes, once there are many. */
  #seen: Set<string> | undefined;
  /** Attributes in order, of which the first {@link count} are this tag's. */
  readonly names: XmlName[] = [];
  readonly values: string[] = [];
  count = 0;
  /** Whether the tag ends its element. */
  isEmpty = false;
  fault: XmlFault | undefined;

  constructor(names: XmlNames, characters: XmlCharacters) {
    this.#names = names;
    this.#characters = characters;
  }

  get name(): XmlName {
    return this.#name!;
  }

  /**
   * Reads the tag whose `<` is at `from`. Returns the position after its `>`, {@link INCOMPLETE} or {@link BROKEN}.
   *
   * @param isCopy whether the text is not the one whose characters are known
   */
  read(text: string, from: number, isCopy = false): number {
    this.count = 0;
    this.#seen = undefined;
    this.#name = this.#names.read(text, from + 1);
    let at = this.#names.end;
    if (at === text.length) return INCOMPLETE;
    if (this.#name === undefined)
      return this.#refuse('a tag has no name, or one with a character that names cannot have.');
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === GREATER) {
        this.isEmpty = false;
        return at + 1;
      }
      if (code === SLASH) return this.#endOfEmpty(text, at + 1);
      const next = afterSpace(text, at);
      if (next === text.length) return INCOMPLETE;
      if (next === at) return this.#refuse('in a tag, white space or ">" is missing.');
      const begins = text.charCodeAt(next);
      at = begins === GREATER || begins === SLASH ? next : this.#readAttribute(text, next, isCopy);
      if (at < 0) return at;
    }
  }

  #endOfEmpty(text: string, at: number): number {
    if (at === text.length) return INCOMPLETE;
    if (text.charCodeAt(at) !== GREATER) return this.#refuse('in a tag, a "/" is not followed by ">".');
    this.isEmpty = true;
    return at + 1;
  }

  #readAttribute(text: string, from: number, isCopy: boolean): number {
    const name = this.#names.read(text, from);
    const nameEnd = this.#names.end;
    if (nameEnd === text.length) return INCOMPLETE;
    if (name === undefined)
      return this.#refuse('an attribute has no name, or one with a character that names cannot have.');
    const sign = afterSpace(text, nameEnd);
    if (sign === text.length) return INCOMPLETE;
    if (text.charCodeAt(sign) !== EQUALS) return this.#refuse('an attribute has no value.');
    const opening = afterSpace(text, sign + 1);
    if (opening === text.length) return INCOMPLETE;
    const quote = text.charCodeAt(opening);
    if (quote !== QUOTE && quote !== APOSTROPHE) return this.#refuse('the value of an attribute is not in quotes.');
    const closing = text.indexOf(quote === QUOTE ? '"' : "'", opening + 1);
    if (closing === -1) return INCOMPLETE;
    const value = this.#value(text, opening + 1, closing, isCopy);
    if (typeof value !== 'string') return this.#fail(value);
    if (this.#hasAttribute(name)) return this.#refuse('an attribute comes twice in a tag.');
    this.names[this.count] = name;
    this.values[this.count] = value;
    this.count += 1;
    return closing + 1;
  }

  #value(text: string, from: number, to: number, isCopy: boolean): string | XmlFault {
    const raw = text.slice(from, to);
    const isPlain = !isCopy && this.#characters.isPlainValue(from, to) && !raw.includes('<');
    return isPlain ? raw : meaningOfValue(raw, this.#characters.version);
  }

  #hasAttribute({ text }: XmlName): boolean {
    if (this.count < FEW) {
      for (let index = 0; index < this.count; index += 1) if (this.names[index]!.text === text) return true;
      return false;
    }
    this.#seen ??= new Set(this.names.slice(0, this.count).map((name) => name.text));
    if (this.#seen.has(text)) return true;
    this.#seen.add(text);
    return false;
  }

  #refuse(why: string): typeof BROKEN {
    return this.#fail(new XmlFault(why));
  }

  #fail(fault: XmlFault): typeof BROKEN {
    this.fault = fault;
    return BROKEN;
  }
}
