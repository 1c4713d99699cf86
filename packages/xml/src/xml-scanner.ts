import type { TextPlace } from '@millrace/core/plugin';
import { type XmlOrigin, xmlError } from './xml-origin.ts';
import { REFERENCE_CHARS } from './xml-text.ts';

/** A tag; text; CDATA; or a comment, processing instruction or DOCTYPE. */
export type XmlKind = 'tag' | 'text' | 'cdata' | 'other';

export interface XmlToken {
  readonly kind: XmlKind;
  /** With its brackets. */
  readonly text: string;
  /** Whether it is a piece of a longer token, which ends elsewhere. */
  readonly isPiece: boolean;
  /** Where the token begins, of which this may be a piece. */
  readonly origin: XmlOrigin;
  /** Where it begins in the chunk at hand; 0 where it began in an earlier one. */
  readonly from: number;
  /** Where it ends in the chunk at hand. */
  readonly to: number;
  /** Whether it began in an earlier chunk. */
  readonly isHeld: boolean;
}

const CDATA = '<![CDATA[';

/**
 * Cuts chunks into tokens, the same whatever the chunks are: so that what is said of a document, and what it costs, cannot
 * depend on them. Whether a token is right is for saxes to say.
 */
export class XmlScanner {
  readonly #maxMarkupChars: number;
  #buffer = '';
  /** Where what was not given out yet begins. */
  #at = 0;
  /** Up to where that was looked through. */
  #seen = 0;
  /** Where the chunk at hand begins in the buffer. */
  #chunkAt = 0;
  #place: TextPlace | undefined;
  #line = 1;
  /** Where the next line feed is, or -1: searched for once, though it may lie many tokens ahead. */
  #feed = -1;
  /** The beginning of what earlier chunks brought. */
  #held: XmlOrigin = { line: 1, byteOffset: () => undefined };
  /** The token of which pieces were given out. */
  #open: { readonly kind: 'text' | 'cdata'; readonly origin: XmlOrigin } | undefined;
  #quote = 0;

  constructor(maxMarkupChars: number) {
    this.#maxMarkupChars = maxMarkupChars;
  }

  add(chunk: string, place: TextPlace | undefined): void {
    const rest = this.#buffer.slice(this.#at);
    if (rest !== '') this.#held = this.origin;
    this.#buffer = rest + chunk;
    this.#seen -= this.#at;
    this.#at = 0;
    this.#feed = this.#buffer.indexOf('\n');
    this.#chunkAt = rest.length;
    this.#place = place;
  }

  /** Passes over a byte order mark at the head of the item. */
  skipMark(): void {
    if (this.#buffer.charCodeAt(this.#at) !== 0xfeff) return;
    this.#at += 1;
    this.#seen = this.#at;
  }

  /** Where the next token begins, or the piece of one. */
  get origin(): XmlOrigin {
    if (this.#at < this.#chunkAt) return this.#held;
    const place = this.#place;
    const index = this.#at - this.#chunkAt;
    return { line: this.#line, byteOffset: () => place?.byteOffset(index) };
  }

  /** The end of the item; bytes are counted up to the last chunk only. */
  get end(): XmlOrigin {
    const line = this.#line + this.#buffer.slice(this.#at).split('\n').length - 1;
    return { line, byteOffset: () => undefined };
  }

  /** Where in the chunk at hand the next token begins; 0 where it began in an earlier one. */
  get index(): number {
    return Math.max(this.#at - this.#chunkAt, 0);
  }

  /** Characters that wait for the end of their token. */
  get waiting(): number {
    return this.#buffer.length - this.#at;
  }

  /** Whether what waits is text or CDATA, of which pieces can be had. */
  get waitsForText(): boolean {
    return this.waiting > 0 && (!this.#isMarkup() || this.#buffer.startsWith(CDATA, this.#at));
  }

  /**
   * The next token, if the chunks have brought all of it.
   *
   * @param whole whether text and CDATA are wanted whole; else they come in pieces, and nothing is held of them
   * @throws MillraceError `XML_INVALID`, `XML_MARKUP_TOO_LONG`
   */
  next(whole: boolean): XmlToken | undefined {
    if (this.waiting === 0) return undefined;
    if (this.#open?.kind === 'cdata') return this.#cdata(whole);
    if (!this.#isMarkup()) return this.#text(whole);
    this.#open = undefined;
    if (this.#buffer.startsWith(CDATA, this.#at)) return this.#cdata(whole);
    const end = this.#markupEnd();
    if (end === -1 ? this.waiting > this.#maxMarkupChars : end - this.#at > this.#maxMarkupChars) {
      const what = `there is a tag, comment or declaration of more than ${this.#maxMarkupChars} characters.`;
      throw xmlError(
        'XML_MARKUP_TOO_LONG',
        `${what} Look for a quote that is not closed, or set maxMarkupChars.`,
        this.origin,
      );
    }
    if (end === -1) return undefined;
    const second = this.#buffer[this.#at + 1];
    return this.#take(second === '!' || second === '?' ? 'other' : 'tag', end, true);
  }

  /** What is left at the end of the item, if it is text. */
  rest(): XmlToken | undefined {
    return this.waiting === 0 || this.waitsForMarkup ? undefined : this.#take('text', this.#buffer.length, true);
  }

  /** Whether markup or CDATA waits for its end. */
  get waitsForMarkup(): boolean {
    return this.#open?.kind === 'cdata' || (this.waiting > 0 && this.#isMarkup());
  }

  #isMarkup(): boolean {
    return this.#open?.kind !== 'cdata' && this.#buffer.charCodeAt(this.#at) === 0x3c;
  }

  #text(whole: boolean): XmlToken | undefined {
    const end = this.#buffer.indexOf('<', this.#seen);
    if (end !== -1) return this.#take('text', end, true);
    this.#seen = this.#buffer.length;
    if (whole) return undefined;
    return this.#piece('text', this.#safeEnd());
  }

  #cdata(whole: boolean): XmlToken | undefined {
    const from = this.#open === undefined ? this.#at + CDATA.length : this.#at;
    const end = this.#buffer.indexOf(']]>', Math.max(from, this.#seen - 2));
    if (end !== -1) return this.#take('cdata', end + 3, true);
    this.#seen = this.#buffer.length;
    return whole ? undefined : this.#piece('cdata', Math.max(from, this.#buffer.length - 2));
  }

  #piece(kind: 'text' | 'cdata', end: number): XmlToken | undefined {
    if (end <= this.#at) return undefined;
    const piece = this.#take(kind, end, false);
    this.#seen = Math.max(this.#seen, this.#buffer.length);
    return piece;
  }

  #take(kind: XmlKind, end: number, ends: boolean): XmlToken {
    const origin = this.#open?.origin ?? this.origin;
    const isPiece = !ends || this.#open !== undefined;
    this.#open = ends || kind === 'tag' || kind === 'other' ? undefined : { kind, origin };
    const text = this.#buffer.slice(this.#at, end);
    const at = { from: this.index, to: end - this.#chunkAt, isHeld: this.#at < this.#chunkAt };
    for (; this.#feed !== -1 && this.#feed < end; this.#feed = this.#buffer.indexOf('\n', this.#feed + 1))
      this.#line += 1;
    this.#at = end;
    this.#seen = end;
    return { kind, text, isPiece, origin, ...at };
  }

  /** How much of a text can be given out: no half reference, line end or character. */
  #safeEnd(): number {
    const buffer = this.#buffer;
    const ampersand = buffer.lastIndexOf('&');
    const isOpen =
      ampersand >= this.#at && buffer.length - ampersand < REFERENCE_CHARS && !buffer.includes(';', ampersand);
    if (isOpen) return ampersand;
    const last = buffer.charCodeAt(buffer.length - 1);
    return last === 0x0d || (last >= 0xd800 && last <= 0xdbff) ? buffer.length - 1 : buffer.length;
  }

  /** Where the markup ends, or -1. */
  #markupEnd(): number {
    const head = this.#buffer.slice(this.#at, this.#at + CDATA.length);
    if (head.length < 2 || (head.startsWith('<!') && head.length < CDATA.length && CDATA.startsWith(head))) return -1;
    if (head.startsWith('<?')) return this.#endAt('?>', 2);
    if (head.startsWith('<!--')) return this.#endAt('-->', 4);
    if ('<!--'.startsWith(head)) return -1;
    return head.startsWith('<!') ? this.#declarationEnd() : this.#tagEnd();
  }

  #endAt(closing: string, head: number): number {
    const from = Math.max(this.#at + head, this.#seen - closing.length + 1);
    const end = this.#buffer.indexOf(closing, from);
    this.#seen = this.#buffer.length;
    return end === -1 ? -1 : end + closing.length;
  }

  #tagEnd(): number {
    const limit = Math.min(this.#buffer.length, this.#at + this.#maxMarkupChars + 1);
    for (let at = Math.max(this.#seen, this.#at + 1); at < limit; at += 1) {
      const code = this.#buffer.charCodeAt(at);
      if (code === 0x3c)
        throw xmlError(
          'XML_INVALID',
          'a tag begins that has another "<" in it. It may lack a quote or ">".',
          this.origin,
        );
      if (this.#quote !== 0) {
        if (code === this.#quote) this.#quote = 0;
      } else if (code === 0x22 || code === 0x27) {
        this.#quote = code;
      } else if (code === 0x3e) {
        return at + 1;
      }
    }
    this.#seen = Math.max(this.#seen, limit);
    return -1;
  }

  /** The end of a DOCTYPE, whose brackets may hold declarations, comments and quotes. Looked for from its beginning. */
  #declarationEnd(): number {
    const buffer = this.#buffer;
    let brackets = 0;
    for (let at = this.#at + 2; at < buffer.length; at += 1) {
      const char = buffer[at]!;
      const closing = buffer.startsWith('<!--', at)
        ? '-->'
        : buffer.startsWith('<?', at)
          ? '?>'
          : /["']/.test(char)
            ? char
            : '';
      if (closing !== '') {
        const end = buffer.indexOf(closing, at + (closing.length === 3 ? 4 : closing.length));
        if (end === -1) return -1;
        at = end + closing.length - 1;
      } else if (char === '[') {
        brackets += 1;
      } else if (char === ']') {
        brackets -= 1;
      } else if (char === '>' && brackets <= 0) {
        return at + 1;
      }
    }
    return -1;
  }
}
