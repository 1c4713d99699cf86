import { forbiddenCharacter, XmlFault } from './xml-fault.ts';
import { XmlMarkupEnd } from './xml-markup-end.ts';
import { isName, type XmlName, XmlNames } from './xml-names.ts';
import { faultOfComment, faultOfInstruction, isDeclaration, versionOf } from './xml-prolog.ts';
import type { XmlSettings } from './xml-settings.ts';
import type { XmlSource } from './xml-source.ts';
import { trimmedEnd } from './xml-space.ts';
import { XmlTag } from './xml-tag.ts';
import { SECTION, type TextEvents, XmlTextReader } from './xml-text-reader.ts';
import { withLineFeeds } from './xml-text.ts';

/** What a reader finds. The source is at the beginning of the token that an event is about. */
export interface XmlEvents extends TextEvents {
  /** An element begins. */
  readonly open: (tag: XmlTag) => void;
  /** An element ends, with the token that ends at `end`. */
  readonly close: (end: number) => void;
  /** A tag, comment, processing instruction or DOCTYPE was read, which ends at `end`. */
  readonly markup: (end: number) => void;
}

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;

/**
 * Reads a document in one walk and judges whether it is well-formed: token by token, each when all of it has come, so that it
 * cannot matter where chunks are cut. It reads no DTD, and knows no entity but XML's own five.
 */
export class XmlReader {
  readonly #source: XmlSource;
  readonly #events: XmlEvents;
  readonly #end: XmlMarkupEnd;
  readonly #tag: XmlTag;
  readonly #text: XmlTextReader;
  /** Names of the elements that are open. */
  readonly #open: XmlName[] = [];
  #sawDoctype = false;
  /** Whether the root element has begun. */
  sawRoot = false;

  constructor(source: XmlSource, settings: XmlSettings, events: XmlEvents) {
    this.#source = source;
    this.#events = events;
    this.#end = new XmlMarkupEnd(source, settings.maxMarkupChars);
    this.#tag = new XmlTag(new XmlNames(settings), source.characters);
    this.#text = new XmlTextReader(source, events);
  }

  /** Elements that are open. */
  get depth(): number {
    return this.#open.length;
  }

  /** Whether the text of the document is wanted. */
  get listens(): boolean {
    return this.#text.listens;
  }

  set listens(on: boolean) {
    this.#text.listens = on;
  }

  /** Whether markup or CDATA waits for its end. */
  get waitsForMarkup(): boolean {
    return this.#text.isInSection || (this.#source.waiting > 0 && this.#isAtMarkup());
  }

  /**
   * Reads what the chunks have brought, up to a token that has not ended.
   *
   * @throws MillraceError `XML_INVALID`, `XML_MARKUP_TOO_LONG`
   */
  read(): void {
    const source = this.#source;
    while (source.at < source.text.length) {
      let isRead: boolean;
      if (this.#text.isInSection) isRead = this.#text.readSection(true);
      else if (this.#isAtMarkup()) isRead = this.#readMarkup();
      else isRead = this.#text.readText(this.#open.length > 0);
      if (!isRead) return;
    }
  }

  /**
   * Reads text that ends with the item.
   *
   * @throws MillraceError `XML_INVALID`
   */
  readLast(): void {
    if (!this.waitsForMarkup) this.#text.readLast(this.#open.length > 0);
  }

  #isAtMarkup(): boolean {
    return this.#source.text.charCodeAt(this.#source.at) === LESS;
  }

  /** Reads the markup at hand. Returns whether all of it was there. */
  #readMarkup(): boolean {
    const { text, at } = this.#source;
    this.#source.endPieces();
    if (at + 1 === text.length) return false;
    switch (text.charCodeAt(at + 1)) {
      case SLASH:
        return this.#readEndTag();
      case BANG:
        return this.#readDeclaration();
      case QUESTION:
        return this.#readInstruction();
      default:
        return this.#readStartTag();
    }
  }

  #readStartTag(): boolean {
    const source = this.#source;
    const end = this.#endOfStartTag();
    if (end === -1) return false;
    if (source.characters.hasForbidden(end)) throw source.refuse('markup', forbiddenCharacter());
    if (this.sawRoot && this.#open.length === 0)
      throw source.refuse('markup', new XmlFault('there is more than one root element.'));
    this.sawRoot = true;
    this.#open.push(this.#tag.name);
    this.#events.open(this.#tag);
    if (this.#tag.isEmpty) this.#close(end);
    this.#events.markup(end);
    source.advance(end);
    return true;
  }

  /** Reads a start tag. Returns the position after it, or -1 if it has not ended. */
  #endOfStartTag(): number {
    const source = this.#source;
    const { text, at } = source;
    const wasRead = source.seen > at ? -1 : this.#tag.read(text, at);
    if (wasRead >= 0) return this.#end.limited(wasRead);
    const end = this.#end.ofTag();
    if (end === -1) return -1;
    // Line ends of XML 1.1 count as white space, so a tag with one was no tag at first sight.
    const copy = withLineFeeds(text.slice(at, end), source.characters.version);
    if (this.#tag.read(copy, 0, true) === copy.length) return end;
    throw source.refuse('markup', this.#tag.fault ?? new XmlFault('a tag does not end.'));
  }

  #readEndTag(): boolean {
    const source = this.#source;
    const { text, at } = source;
    const name = this.#open.at(-1)?.text ?? '';
    const after = at + 2 + name.length;
    let end = after + 1;
    if (name !== '' && text.startsWith(name, at + 2) && text.charCodeAt(after) === GREATER) {
      this.#end.limited(end);
    } else {
      end = this.#end.ofTag();
      if (end === -1) return false;
      this.#judge(end, this.#faultOfEndTag(text.slice(at + 2, end - 1), name));
    }
    this.#close(end);
    this.#events.markup(end);
    source.advance(end);
    return true;
  }

  /** Returns why an end tag with this content does not end the element of this name, if it does not. */
  #faultOfEndTag(content: string, name: string): XmlFault | undefined {
    const ended = trimmedEnd(withLineFeeds(content, this.#source.characters.version));
    if (ended === name && name !== '') return undefined;
    return new XmlFault(
      isName(ended)
        ? 'unexpected close tag.'
        : 'a close tag has no name, or one with a character that names cannot have.',
    );
  }

  #close(end: number): void {
    this.#events.close(end);
    this.#open.pop();
  }

  #readInstruction(): boolean {
    const end = this.#end.of('?>', 2);
    if (end === -1) return false;
    const source = this.#source;
    const instruction = withLineFeeds(source.text.slice(source.at, end), source.characters.version);
    if (source.isAtStart && isDeclaration(instruction)) {
      const version = versionOf(instruction);
      if (version instanceof XmlFault) throw source.refuse('markup', version);
      source.characters.use(version, source.at);
      return this.#pass(end, undefined);
    }
    return this.#pass(end, faultOfInstruction(instruction));
  }

  /** Reads a comment, CDATA or a DOCTYPE. */
  #readDeclaration(): boolean {
    const { text, at } = this.#source;
    const head = text.slice(at, at + SECTION.length);
    if (head === SECTION) return this.#text.readSection(this.#open.length > 0);
    if (head.startsWith('<!--')) {
      const end = this.#end.of('-->', 4);
      return end !== -1 && this.#pass(end, faultOfComment(text.slice(at, end)));
    }
    if (SECTION.startsWith(head) || '<!--'.startsWith(head)) return false;
    const end = this.#end.ofDeclaration();
    if (end === -1) return false;
    const fault = this.#faultOfDoctype(head);
    this.#sawDoctype = true;
    return this.#pass(end, fault);
  }

  #faultOfDoctype(head: string): XmlFault | undefined {
    if (head !== '<!DOCTYPE') return new XmlFault('a declaration is neither a comment nor CDATA nor a DOCTYPE.');
    if (this.#sawDoctype) return new XmlFault('there is more than one DOCTYPE.');
    return this.sawRoot ? new XmlFault('a DOCTYPE is not before the root element.') : undefined;
  }

  /** Passes over markup that carries nothing. */
  #pass(end: number, fault: XmlFault | undefined): true {
    this.#judge(end, fault);
    this.#events.markup(end);
    this.#source.advance(end);
    return true;
  }

  #judge(end: number, fault: XmlFault | undefined): void {
    const source = this.#source;
    const found = fault ?? (source.characters.hasForbidden(end) ? forbiddenCharacter() : undefined);
    if (found !== undefined) throw source.refuse('markup', found);
  }
}
