import type { TextPlace } from '@millrace/core/plugin';
import { LineCounter } from '@millrace/framing';
import type { MillraceError } from '@millrace/core';
import { XmlCharacters } from './xml-characters.ts';
import type { XmlFault } from './xml-fault.ts';
import { type XmlOrigin, xmlError } from './xml-origin.ts';

/** The text at hand: what waits for the end of its token, the chunk that came last, and where both are in the item. */
export class XmlSource {
  readonly characters: XmlCharacters = new XmlCharacters();
  text = '';
  /** Where the next token begins, or the next piece of one. */
  at = 0;
  /** Up to where the next token was looked through, in vain, for its end. */
  seen = 0;
  /** Whether nothing was read of the item but a byte order mark. */
  isAtStart = true;
  /** Where the chunk begins in the text. */
  chunkAt = 0;
  place: TextPlace | undefined;
  #lines = new LineCounter('', 1);
  #chunkLength = 0;
  /** Where what earlier chunks brought begins. */
  #held: XmlOrigin = { line: 1, byteOffset: () => undefined };
  /** Where the token begins of which pieces were taken. */
  #pieces: XmlOrigin | undefined;

  /** Takes the next chunk. */
  add(chunk: string, place: TextPlace | undefined): void {
    const rest = this.text.slice(this.at);
    if (rest !== '') this.#held = this.originOf(this.at);
    this.#lines = new LineCounter(chunk, this.#lines.at(this.#chunkLength));
    this.#chunkLength = chunk.length;
    this.text = rest + chunk;
    this.characters.load(this.text, rest.length, this.at);
    this.seen -= this.at;
    this.at = 0;
    this.chunkAt = rest.length;
    this.place = place;
  }

  /** Line of the chunk's first character. */
  get chunkLine(): number {
    return this.#lines.at(0);
  }

  /** Characters that wait for the end of their token. */
  get waiting(): number {
    return this.text.length - this.at;
  }

  /** Passes over a byte order mark at the head of the item. */
  skipMark(): void {
    if (this.text.charCodeAt(this.at) !== 0xfeff) return;
    this.at += 1;
    this.seen = this.at;
  }

  /** Goes on to the next token. */
  advance(to: number): void {
    this.at = to;
    this.seen = to;
    this.isAtStart = false;
    this.#pieces = undefined;
  }

  /** Begins a token: if pieces were taken of text, it has ended. */
  endPieces(): void {
    this.#pieces = undefined;
  }

  /** Goes on to the next piece of the token at hand. */
  advancePiece(to: number): void {
    const origin = this.originOf(this.at);
    this.advance(to);
    this.#pieces = origin;
  }

  /** Where the token, or the piece of one, at `index` begins. */
  originOf(index: number): XmlOrigin {
    if (this.#pieces !== undefined && index === this.at) return this.#pieces;
    if (index < this.chunkAt) return this.#held;
    const { place } = this;
    const inChunk = index - this.chunkAt;
    return { line: this.#lines.at(inChunk), byteOffset: () => place?.byteOffset(inChunk) };
  }

  /** The end of the item; bytes are counted up to the last chunk only. */
  get end(): XmlOrigin {
    return { line: this.#lines.at(this.#chunkLength), byteOffset: () => undefined };
  }

  /** The error of the token at hand, which is not well-formed. */
  refuse(what: 'text' | 'markup', fault: XmlFault): MillraceError {
    return this.error('XML_INVALID', fault.in(what));
  }

  /** The error of the token at hand. */
  error(code: string, what: string): MillraceError {
    return xmlError(code, what, this.originOf(this.at));
  }
}
