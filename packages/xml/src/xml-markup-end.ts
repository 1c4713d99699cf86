import type { MillraceError } from '@millrace/core';
import { XmlFault } from './xml-fault.ts';
import type { XmlSource } from './xml-source.ts';

const LESS = 0x3c;
const GREATER = 0x3e;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/**
 * Finds where markup ends that a chunk may have cut, without a second look at what earlier chunks brought. Each search returns
 * the position after the end, or -1 if that has not come yet.
 */
export class XmlMarkupEnd {
  readonly #source: XmlSource;
  readonly #maxMarkupChars: number;
  /** The quote that the search of a tag is in, or 0. */
  #quote = 0;
  /** What ends the quotes, the comment or the instruction in a DOCTYPE that the search is in, or `''`. */
  #closing = '';
  /** Whether it is between the brackets of a DOCTYPE. */
  #isInSubset = false;

  constructor(source: XmlSource, maxMarkupChars: number) {
    this.#source = source;
    this.#maxMarkupChars = maxMarkupChars;
  }

  /**
   * Checks that markup which ends at `end`, or has not ended yet if that is -1, is not longer than it may be. Returns the end.
   *
   * @throws MillraceError `XML_MARKUP_TOO_LONG`
   */
  limited(end: number): number {
    const source = this.#source;
    const length = end === -1 ? source.waiting : end - source.at;
    if (length <= this.#maxMarkupChars) return end;
    const what = `there is a tag, comment or declaration of more than ${this.#maxMarkupChars} characters.`;
    throw source.error('XML_MARKUP_TOO_LONG', `${what} Look for a quote that is not closed, or set maxMarkupChars.`);
  }

  /** @throws MillraceError `XML_INVALID`, `XML_MARKUP_TOO_LONG` */
  ofTag(): number {
    const source = this.#source;
    const { text, at: start } = source;
    if (source.seen === start) this.#quote = 0;
    const limit = Math.min(text.length, start + this.#maxMarkupChars + 1);
    for (let at = Math.max(source.seen, start + 1); at < limit; at += 1) {
      const code = text.charCodeAt(at);
      if (code === LESS)
        throw source.error('XML_INVALID', 'a tag begins that has another "<" in it. It may lack a quote or ">".');
      if (this.#quote !== 0) {
        if (code === this.#quote) this.#quote = 0;
      } else if (code === QUOTE || code === APOSTROPHE) {
        this.#quote = code;
      } else if (code === GREATER) {
        return this.limited(at + 1);
      }
    }
    source.seen = Math.max(source.seen, limit);
    return this.limited(-1);
  }

  /**
   * Finds the end of a comment or a processing instruction.
   *
   * @param head characters before its content
   * @throws MillraceError `XML_MARKUP_TOO_LONG`
   */
  of(closing: '-->' | '?>', head: number): number {
    const source = this.#source;
    const from = Math.max(source.at + head, source.seen - closing.length + 1);
    const found = source.text.indexOf(closing, from);
    if (found === -1) source.seen = source.text.length;
    return this.limited(found === -1 ? -1 : found + closing.length);
  }

  /**
   * Finds the end of a DOCTYPE, whose brackets may hold declarations, comments and quotes.
   *
   * @throws MillraceError `XML_INVALID`, `XML_MARKUP_TOO_LONG`
   */
  ofDeclaration(): number {
    const source = this.#source;
    const { text, at: start } = source;
    if (source.seen === start) {
      this.#closing = '';
      this.#isInSubset = false;
    }
    let at = Math.max(source.seen, start + 2);
    while (at < text.length) {
      if (text[at] === '>' && this.#closing === '' && !this.#isInSubset) return this.limited(at + 1);
      const next = this.#closing === '' ? this.#afterCharacter(at) : this.#afterClosing(at);
      if (next === -1) break;
      at = next;
    }
    source.seen = at;
    return this.limited(-1);
  }

  /** Takes a character of a DOCTYPE. Returns the position after it, or -1 if what it begins is not known yet. */
  #afterCharacter(at: number): number {
    const { text } = this.#source;
    const char = text[at]!;
    if (char === '"' || char === "'") {
      this.#closing = char;
    } else if (char === '[') {
      if (this.#isInSubset) throw this.#refuse(at, new XmlFault('a DOCTYPE has "[" twice.'));
      this.#isInSubset = true;
    } else if (char === ']') {
      this.#isInSubset = false;
    } else if (char === '<') {
      return this.#afterLess(at);
    }
    return at + 1;
  }

  #afterLess(at: number): number {
    const { text } = this.#source;
    if (text.startsWith('<?', at)) {
      this.#closing = '?>';
      return at + 2;
    }
    if (text.startsWith('<!--', at)) {
      this.#closing = '--';
      return at + 4;
    }
    return '<!--'.startsWith(text.slice(at, at + 4)) ? -1 : at + 1;
  }

  /** Leaves the stretch of a DOCTYPE that the search is in. Returns the position after it, or -1 if it goes on. */
  #afterClosing(at: number): number {
    const source = this.#source;
    const closing = this.#closing;
    const found = source.text.indexOf(closing, at);
    if (found === -1) return -1;
    let end = found + closing.length;
    if (closing === '--') {
      if (end === source.text.length) return -1;
      if (source.text.charCodeAt(end) !== GREATER) throw this.#refuse(end, doubleHyphen());
      end += 1;
    }
    this.#closing = '';
    return end;
  }

  /** The error of a DOCTYPE that is not well-formed at `at`, unless it is too long by then: however chunks are cut. */
  #refuse(at: number, fault: XmlFault): MillraceError {
    this.limited(at + 1);
    return this.#source.refuse('markup', fault);
  }
}

export function doubleHyphen(): XmlFault {
  return new XmlFault('a comment contains "--".');
}
