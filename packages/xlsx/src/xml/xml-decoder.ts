import { TextDecoder } from 'node:util';
import { invalid } from '../xlsx-error.ts';

/** Decodes the bytes of an XML part: UTF-8 or UTF-16, which is all that a workbook may be in. */
export class XmlDecoder {
  #decoder: TextDecoder | undefined;
  /** Bytes at the head that are too few to tell the encoding. */
  #head: Uint8Array = new Uint8Array(0);

  /** @throws MillraceError `XLSX_INVALID` */
  decode(bytes: Uint8Array): string {
    if (this.#decoder !== undefined) return this.#text(bytes);
    const head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (head.length < 2) {
      this.#head = head;
      return '';
    }
    this.#decoder = new TextDecoder(encodingOf(head), { fatal: true });
    return this.#text(head);
  }

  /** @throws MillraceError `XLSX_INVALID` */
  end(): string {
    return this.#decoder === undefined ? '' : this.#text(undefined);
  }

  #text(bytes: Uint8Array | undefined): string {
    try {
      return this.#decoder!.decode(bytes, { stream: bytes !== undefined });
    } catch (cause) {
      throw invalid(`Its XML is not valid ${this.#decoder!.encoding.toUpperCase()}`, cause);
    }
  }
}

/** By the byte order mark, or the first character, which is a "<" (XML 1.0, appendix F). */
function encodingOf([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c) ? 'utf-16be' : 'utf-8';
}
