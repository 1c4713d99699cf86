import { invalid, unsupported } from '../xlsx-error.ts';
import { XmlAttributes } from './xml-attributes.ts';
import { REFERENCE_CHARS, resolvedText } from './xml-references.ts';

/** Hears what an XML part has. Names are as they are written, with their prefixes. */
export interface XmlEvents {
  /** An element begins. The attributes are those of this element only until `open` returns. */
  readonly open: (name: string, attributes: XmlAttributes) => void;
  readonly close: () => void;
  /** Text and CDATA, in pieces, while `listens` is set. */
  readonly text: (some: string) => void;
  /** Whether text is to be reported now: what nobody wants costs nothing. */
  readonly listens: boolean;
}

/** Characters at most in a tag, comment, instruction or CDATA section. */
const MAX_MARKUP_CHARS = 1024 * 1024;
const MAX_DEPTH = 256;
const CDATA = '<![CDATA[';
const INCOMPLETE = -1;
const [SLASH, EQUALS, MORE, LESS] = [0x2f, 0x3d, 0x3e, 0x3c];
const [BANG, QUESTION, QUOTE, APOSTROPHE] = [0x21, 0x3f, 0x22, 0x27];
/** UTF-8 is the default, and UTF-16 was recognized by its bytes. */
const ENCODINGS = /^(?:utf-?8|utf-?16|(?:us-)?ascii)$/i;

/**
 * Goes through the XML of a part, chunk by chunk, and checks that its elements are properly nested. It holds no more than a tag
 * that a chunk cuts. There are no DTDs in a workbook, and one is refused.
 *
 * All methods throw MillraceError `XLSX_INVALID` and `XLSX_UNSUPPORTED`.
 */
export class XmlScanner {
  readonly #events: XmlEvents;
  readonly #attributes = new XmlAttributes();
  #open: string[] = [];
  #rest = '';
  #sawRoot = false;

  constructor(events: XmlEvents) {
    this.#events = events;
  }

  write(chunk: string): void {
    const buffer = this.#rest === '' ? chunk : this.#rest + chunk;
    let at = 0;
    while (at < buffer.length) {
      const next = buffer.charCodeAt(at) === LESS ? this.#markup(buffer, at) : this.#text(buffer, at);
      if (next === INCOMPLETE) break;
      at = next;
    }
    this.#rest = buffer.slice(at);
    if (this.#rest.length > MAX_MARKUP_CHARS)
      throw invalid(`Its XML has a tag of more than ${MAX_MARKUP_CHARS} characters`);
  }

  end(): void {
    if (this.#rest.trim() !== '' || this.#open.length > 0 || !this.#sawRoot)
      throw invalid('Its XML ends before it is complete');
  }

  #text(buffer: string, at: number): number {
    const less = buffer.indexOf('<', at);
    const end = less === -1 ? safeEnd(buffer, at) : less;
    if (end === at) return INCOMPLETE;
    if (this.#open.length === 0) {
      if (buffer.slice(at, end).trim() !== '') throw invalid('Its XML has text outside of the root element');
    } else if (this.#events.listens) {
      this.#events.text(resolvedText(buffer.slice(at, end)));
    }
    return end;
  }

  #markup(buffer: string, at: number): number {
    const second = buffer.charCodeAt(at + 1);
    if (second === SLASH) return this.#endTag(buffer, at);
    if (second === BANG) return this.#declaration(buffer, at);
    if (second === QUESTION) return this.#instruction(buffer, at);
    return this.#startTag(buffer, at);
  }

  #endTag(buffer: string, at: number): number {
    const name = this.#open.at(-1);
    if (name === undefined) throw invalid('Its XML ends an element that did not begin');
    let index = at + 2 + name.length;
    if (index >= buffer.length) return INCOMPLETE;
    if (!buffer.startsWith(name, at + 2)) throw invalid('Its XML ends another element than the one that is open');
    while (isSpace(buffer.charCodeAt(index))) index += 1;
    if (index >= buffer.length) return INCOMPLETE;
    if (buffer.charCodeAt(index) !== MORE) throw invalid('Its XML ends another element than the one that is open');
    this.#open.pop();
    this.#events.close();
    return index + 1;
  }

  #startTag(buffer: string, at: number): number {
    let index = at + 1;
    while (index < buffer.length && !endsName(buffer.charCodeAt(index))) index += 1;
    if (index === at + 1 && index < buffer.length) throw invalid('Its XML has a "<" that begins no tag');
    // Names of one character are strings that the engine has already.
    const name = index === at + 2 ? String.fromCharCode(buffer.charCodeAt(at + 1)) : buffer.slice(at + 1, index);
    this.#attributes.begin(buffer);
    for (;;) {
      while (isSpace(buffer.charCodeAt(index))) index += 1;
      if (index >= buffer.length) return INCOMPLETE;
      const code = buffer.charCodeAt(index);
      if (code === MORE) return this.#opened(name, index + 1, false);
      if (code === SLASH) {
        if (index + 1 >= buffer.length) return INCOMPLETE;
        if (buffer.charCodeAt(index + 1) !== MORE) throw invalid('Its XML has a tag with a slash in it');
        return this.#opened(name, index + 2, true);
      }
      index = this.#attribute(buffer, index);
      if (index === INCOMPLETE) return INCOMPLETE;
    }
  }

  #attribute(buffer: string, at: number): number {
    let index = at;
    while (index < buffer.length && !endsName(buffer.charCodeAt(index))) index += 1;
    const nameEnd = index;
    while (isSpace(buffer.charCodeAt(index))) index += 1;
    if (index >= buffer.length) return INCOMPLETE;
    if (nameEnd === at || buffer.charCodeAt(index) !== EQUALS)
      throw invalid('Its XML has an attribute without a value');
    index += 1;
    while (isSpace(buffer.charCodeAt(index))) index += 1;
    if (index >= buffer.length) return INCOMPLETE;
    const quote = buffer.charCodeAt(index);
    if (quote !== QUOTE && quote !== APOSTROPHE) throw invalid('Its XML has an attribute without quotes');
    const end = buffer.indexOf(quote === QUOTE ? '"' : "'", index + 1);
    if (end === -1) return INCOMPLETE;
    this.#attributes.add(at, nameEnd, index + 1, end);
    return end + 1;
  }

  #opened(name: string, end: number, isEmpty: boolean): number {
    if (this.#open.length === 0) {
      if (this.#sawRoot) throw invalid('Its XML has two root elements');
      this.#sawRoot = true;
    }
    if (this.#open.length >= MAX_DEPTH) throw invalid(`Its XML has more than ${MAX_DEPTH} elements within each other`);
    this.#open.push(name);
    this.#events.open(name, this.#attributes);
    if (!isEmpty) return end;
    this.#open.pop();
    this.#events.close();
    return end;
  }

  #declaration(buffer: string, at: number): number {
    const head = buffer.slice(at, at + CDATA.length);
    if (head.startsWith('<!--')) return endAfter(buffer, '-->', at + 4);
    if (head === CDATA) {
      const end = buffer.indexOf(']]>', at + CDATA.length);
      if (end === -1) return INCOMPLETE;
      if (this.#open.length === 0) throw invalid('Its XML has text outside of the root element');
      if (this.#events.listens) this.#events.text(buffer.slice(at + CDATA.length, end).replace(/\r\n?/g, '\n'));
      return end + 3;
    }
    if (CDATA.startsWith(head) || '<!--'.startsWith(head)) return INCOMPLETE;
    throw invalid('Its XML has a DTD or another declaration, which no workbook may have');
  }

  #instruction(buffer: string, at: number): number {
    const end = endAfter(buffer, '?>', at + 2);
    if (end === INCOMPLETE) return INCOMPLETE;
    const encoding = /^<\?xml\s[^]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(buffer.slice(at, end))?.[1];
    if (encoding !== undefined && !ENCODINGS.test(encoding))
      throw unsupported(
        'The XML of the workbook declares another encoding than UTF-8 or UTF-16.',
        'Ask the sender for a workbook as a spreadsheet program saves it.',
      );
    return end;
  }
}

function endAfter(buffer: string, closing: string, from: number): number {
  const end = buffer.indexOf(closing, from);
  return end === -1 ? INCOMPLETE : end + closing.length;
}

/** Where text can be cut that the next chunk goes on with: not in a reference, nor between CR and LF. */
function safeEnd(buffer: string, at: number): number {
  const ampersand = buffer.lastIndexOf('&');
  const isCut = ampersand >= at && buffer.length - ampersand < REFERENCE_CHARS && !buffer.includes(';', ampersand);
  if (isCut) return ampersand;
  return buffer.endsWith('\r') ? buffer.length - 1 : buffer.length;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

function endsName(code: number): boolean {
  return (
    (code <= EQUALS && (isSpace(code) || code === SLASH || code === EQUALS || code === QUOTE || code === LESS)) ||
    code === MORE
  );
}
