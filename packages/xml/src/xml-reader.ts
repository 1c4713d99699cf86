import { SaxesParser } from 'saxes';
import { type XmlOrigin, xmlError } from './xml-origin.ts';
import { strayAmpersand } from './xml-text.ts';
import type { XmlToken } from './xml-scanner.ts';

export interface XmlEvents {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close: () => void;
  /** Text and CDATA, while the reader listens. */
  readonly text: (text: string) => void;
}

/**
 * saxes, fed with whole tokens. It judges whether they are well-formed, and knows neither DTDs nor any entity but XML's own
 * five. It is given text together with the markup behind it, so that it never holds any.
 */
export class XmlReader {
  readonly #parser: SaxesParser;
  readonly #events: XmlEvents;
  /** Characters that were written. */
  #written = 0;
  #textEnd = 0;
  #textOrigin: XmlOrigin | undefined;
  #origin: XmlOrigin | undefined;

  constructor(events: XmlEvents) {
    this.#events = events;
    // Names are told as they stand; positions are the scanner's work.
    const parser = new SaxesParser({ xmlns: false, position: false });
    parser.on('opentag', ({ name, attributes }) => events.open(name, attributes));
    parser.on('closetag', () => events.close());
    parser.on('error', ({ message }) => {
      const why = withoutContent(message);
      const inText = this.#origin === undefined || parser.position <= this.#textEnd;
      const origin = (inText ? this.#textOrigin : this.#origin)!;
      throw xmlError('XML_INVALID', `begins ${inText ? 'text' : 'markup'} that is not well-formed: ${why}`, origin);
    });
    this.#parser = parser;
  }

  /** Makes text known, or not: what is not listened to costs no memory. */
  listen(on: boolean): void {
    if (on) {
      this.#parser.on('text', this.#events.text);
      this.#parser.on('cdata', this.#events.text);
    } else {
      this.#parser.off('text');
      this.#parser.off('cdata');
    }
  }

  /** @throws MillraceError `XML_INVALID` */
  write(text: XmlToken | undefined, markup: XmlToken | undefined): void {
    if (text !== undefined) checkReferences(text);
    if (markup?.kind === 'tag') checkReferences(markup);
    const before = text?.text ?? '';
    this.#textOrigin = text?.origin;
    this.#textEnd = this.#written + before.length;
    this.#origin = markup?.origin;
    const all = before + (markup?.text ?? '');
    this.#parser.write(all);
    this.#written += all.length;
  }

  /**
   * Ends the document.
   *
   * @throws MillraceError `XML_INVALID`
   */
  end(origin: XmlOrigin): void {
    this.#textOrigin = origin;
    this.#origin = undefined;
    this.#parser.close();
  }
}

/** saxes names the tag, attribute or prefix at fault after a colon, or in quotes: names of the file, and so content. */
function withoutContent(message: string): string {
  const [what = ''] = message.split(/[:"&]/, 1);
  return `${what.trim().replace(/[.,]$/, '')}.`;
}

function checkReferences({ text, origin }: XmlToken): void {
  const at = strayAmpersand(text);
  if (at === -1) return;
  const why =
    'begins something with an "&" that is not a reference. It must be written as "&amp;", and entities of a DTD are not read.';
  throw xmlError('XML_INVALID', why, origin);
}
