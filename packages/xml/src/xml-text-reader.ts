import { isHighSurrogate } from './xml-characters.ts';
import { forbiddenCharacter, XmlFault } from './xml-fault.ts';
import { REFERENCE_CHARS } from './xml-references.ts';
import type { XmlSource } from './xml-source.ts';
import { trimmed } from './xml-space.ts';
import { meaningOfText, withLineFeeds } from './xml-text.ts';

/** Begins a section of CDATA. */
export const SECTION = '<![CDATA[';

/** Who listens to text. */
export interface TextEvents {
  /** Text or CDATA, with its references resolved. Called while the reader listens. */
  readonly text: (text: string) => void;
  /**
   * Returns whether text that goes on up to `end` at least may wait for its end. If not, the reader must not listen any longer:
   * it takes such text in pieces.
   */
  readonly waits: (end: number) => boolean;
}

/**
 * Reads text and CDATA. What is listened to is taken whole; anything else in pieces as the chunks bring it, so that nothing of
 * it is held.
 */
export class XmlTextReader {
  readonly #source: XmlSource;
  readonly #events: TextEvents;
  /** Whether text is wanted, or only judged. */
  listens = false;
  /** Whether pieces were taken of a section that has not ended. */
  isInSection = false;

  constructor(source: XmlSource, events: TextEvents) {
    this.#source = source;
    this.#events = events;
  }

  /**
   * Reads the text that begins at hand. Returns whether any was taken.
   *
   * @throws MillraceError `XML_INVALID`
   */
  readText(isInRoot: boolean): boolean {
    const source = this.#source;
    const end = source.text.indexOf('<', source.seen);
    if (end !== -1) {
      this.#take(end, isInRoot);
      source.advance(end);
      return true;
    }
    source.seen = source.text.length;
    if (this.listens && this.#events.waits(source.text.length)) return false;
    const cut = this.#safeEnd();
    if (cut <= source.at) return false;
    this.#take(cut, isInRoot);
    source.advancePiece(cut);
    return true;
  }

  /**
   * Reads the CDATA that begins or goes on at hand. Returns whether any was taken.
   *
   * @throws MillraceError `XML_INVALID`
   */
  readSection(isInRoot: boolean): boolean {
    const source = this.#source;
    const { text, at } = source;
    if (!isInRoot) throw source.error('XML_INVALID', 'there is CDATA outside of the root element.');
    const from = this.isInSection ? at : at + SECTION.length;
    const end = text.indexOf(']]>', Math.max(from, source.seen - 2));
    if (end !== -1) {
      this.#check(end);
      this.isInSection = false;
      if (this.listens) this.#events.text(withLineFeeds(text.slice(from, end), source.characters.version));
      source.advance(end + 3);
      return true;
    }
    source.seen = text.length;
    if (this.listens && this.#events.waits(text.length)) return false;
    const cut = Math.max(from, this.#wholeCharacters(text.length - 2));
    if (cut <= at) return false;
    this.#check(cut);
    this.isInSection = true;
    source.advancePiece(cut);
    return true;
  }

  /**
   * Reads text that ends with the item.
   *
   * @throws MillraceError `XML_INVALID`
   */
  readLast(isInRoot: boolean): void {
    this.#take(this.#source.text.length, isInRoot);
  }

  #take(end: number, isInRoot: boolean): void {
    const source = this.#source;
    const { text, at, characters } = source;
    const raw = text.slice(at, end);
    if (isInRoot && characters.isPlainText(at, end)) {
      if (this.listens) this.#events.text(raw);
      return;
    }
    this.#check(end);
    const meaning = meaningOfText(raw, characters.version);
    if (typeof meaning !== 'string') throw source.refuse('text', meaning);
    if (!isInRoot && (trimmed(meaning) !== '' || raw.includes('&')))
      throw source.refuse('text', new XmlFault('it is outside of the root element.'));
    if (this.listens) this.#events.text(meaning);
  }

  #check(end: number): void {
    const source = this.#source;
    if (source.characters.hasForbidden(end)) throw source.refuse('text', forbiddenCharacter());
  }

  /** Returns how much of a text can be taken: no half reference, line end, `]]>` or character. */
  #safeEnd(): number {
    const { text, at } = this.#source;
    const ampersand = text.lastIndexOf('&');
    const isCut = ampersand >= at && text.length - ampersand < REFERENCE_CHARS && !text.includes(';', ampersand);
    if (isCut) return ampersand;
    let end = text.length;
    if (text.endsWith('\r')) end -= 1;
    else if (text.endsWith(']]')) end -= 2;
    else if (text.endsWith(']')) end -= 1;
    return this.#wholeCharacters(end);
  }

  /** Returns an end that is not between two surrogates. */
  #wholeCharacters(end: number): number {
    return isHighSurrogate(this.#source.text.charCodeAt(end - 1)) ? end - 1 : end;
  }
}
