import { XML_10, type XmlVersion } from './xml-version.ts';

/** A surrogate without its other half. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * Knows where the next characters are that text cannot simply be cut around. Each kind is searched for once, though it may
 * lie many tokens ahead: native searches over a chunk cost a fraction of a look at each character.
 */
export class XmlCharacters {
  #version: XmlVersion = XML_10;
  #text = '';
  // Where the next one is, at or after the last position that was asked for; the length of the text if there is none.
  #ampersand = 0;
  #sectionEnd = 0;
  #return = 0;
  #feed = 0;
  #tab = 0;
  #forbidden = 0;
  /** The nearest of those that matter in text. */
  #inText = -1;
  /** The nearest of those that matter in the value of an attribute. */
  #inValue = -1;

  /**
   * Takes the next text.
   *
   * @param from where it goes on after what the last text had from `dropped` on
   */
  load(text: string, from: number, dropped: number): void {
    const kept = this.#forbidden < this.#text.length ? this.#forbidden - dropped : -1;
    // A chunk may end between two surrogates.
    const first = from > 0 && isHighSurrogate(text.charCodeAt(from - 1)) ? from - 1 : from;
    this.#text = text;
    this.#forbidden = kept < 0 ? this.#findForbidden(first) : kept;
    this.#forget();
  }

  get version(): XmlVersion {
    return this.#version;
  }

  /** Goes on by the rules of another version from `at` on. */
  use(version: XmlVersion, at: number): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#forbidden = this.#findForbidden(at);
    this.#forget();
  }

  /** Returns whether there is a character before `to` that XML does not allow. */
  hasForbidden(to: number): boolean {
    return this.#forbidden < to;
  }

  /** Returns whether text has no reference, no `]]>`, no line end but line feeds and no character that is not allowed. */
  isPlainText(from: number, to: number): boolean {
    if (this.#inText < from) this.#lookForText(from);
    return this.#inText >= to;
  }

  /** Returns whether the value of an attribute is its text: as {@link isPlainText}, and without line feeds and tabs. */
  isPlainValue(from: number, to: number): boolean {
    if (!this.isPlainText(from, to)) return false;
    if (this.#inValue < from) this.#lookForValue(from);
    return this.#inValue >= to;
  }

  #forget(): void {
    this.#ampersand = -1;
    this.#sectionEnd = -1;
    this.#return = -1;
    this.#feed = -1;
    this.#tab = -1;
    this.#inText = -1;
    this.#inValue = -1;
  }

  #lookForText(from: number): void {
    if (this.#ampersand < from) this.#ampersand = this.#find('&', from);
    if (this.#sectionEnd < from) this.#sectionEnd = this.#find(']]>', from);
    if (this.#return < from) this.#return = this.#findLineEnd(from);
    this.#inText = Math.min(this.#ampersand, this.#sectionEnd, this.#return, this.#forbidden);
  }

  #lookForValue(from: number): void {
    if (this.#feed < from) this.#feed = this.#find('\n', from);
    if (this.#tab < from) this.#tab = this.#find('\t', from);
    this.#inValue = Math.min(this.#feed, this.#tab);
  }

  #find(what: string, from: number): number {
    const at = this.#text.indexOf(what, from);
    return at === -1 ? this.#text.length : at;
  }

  #findLineEnd(from: number): number {
    let first = this.#find('\r', from);
    for (const other of this.#version.lineEnds) first = Math.min(first, this.#find(other, from));
    return first;
  }

  #findForbidden(from: number): number {
    const text = from === 0 ? this.#text : this.#text.slice(from);
    let first = text.length;
    const found = (at: number): void => {
      if (at !== -1 && at < first) first = at;
    };
    for (let code = 0; code <= this.#version.lastControl; code += 1)
      if (!this.#version.isAllowed(code)) found(text.indexOf(String.fromCharCode(code)));
    found(text.indexOf('\uFFFE'));
    found(text.indexOf('\uFFFF'));
    if (!text.isWellFormed()) found(loneSurrogate(text));
    return from + first;
  }
}

/** Returns where the first surrogate without its other half is, or -1. The other half of the last one may be on its way. */
function loneSurrogate(text: string): number {
  LONE_SURROGATE.lastIndex = 0;
  const at = LONE_SURROGATE.exec(text)?.index ?? -1;
  return at === text.length - 1 && isHighSurrogate(text.charCodeAt(at)) ? -1 : at;
}

export function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
