import zlib from 'node:zlib';
import type { ItemRanges } from '@millrace/core/plugin';
import type { PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { Budget } from './budget.ts';
import { invalid } from './parquet-error.ts';
import { thriftExtent } from './thrift-extent.ts';

const HEADER_READ = 1024;
const MAX_HEADER = 16 * 1024 * 1024;
const MAX_HEADER_STRUCTS = 64;

/** A page as it is stored. */
export interface StoredPage {
  readonly header: PageHeader;
  /** Compressed; a view of what was read, good until the next page. */
  readonly bytes: Uint8Array;
}

export interface PageReaderOptions {
  readonly content: ItemRanges;
  /** Where the column's pages begin and end. */
  readonly start: number;
  readonly end: number;
  /** Whether the writer left the header of a dictionary out of the column's length, so that its pages end that much later. */
  readonly omitsDictionaryHeader: boolean;
  /** No page ends after it. */
  readonly footerStart: number;
  /** How much is read at once where pages are smaller. */
  readonly readBytes: number;
  readonly budget: Budget;
  /** Hears of each page whether its checksum was compared; many writers store none. */
  readonly checked: (compared: boolean) => void;
}

/** Reads one column's pages of a row group, one after the other. */
export class PageReader {
  readonly #options: PageReaderOptions;
  #end: number;
  #window: Uint8Array = new Uint8Array(0);
  /** Where in the file the window ends. */
  #windowEnd: number;
  #at = 0;

  constructor(options: PageReaderOptions) {
    this.#options = options;
    this.#end = options.end;
    this.#windowEnd = options.start;
  }

  /** `undefined` behind the last one. */
  async next(): Promise<StoredPage | undefined> {
    if (this.#left === 0) return undefined;
    const header = await this.#header();
    const { compressed_page_size: length, uncompressed_page_size: full, crc } = header;
    if (!(length >= 0 && full >= 0 && length <= this.#left)) throw invalid('A page is longer than its column');
    await this.#need(length);
    const bytes = this.#window.subarray(this.#at, this.#at + length);
    this.#at += length;
    // Node has crc32 from 22.2 on.
    const compares = crc !== undefined && typeof zlib.crc32 === 'function';
    if (compares && (zlib.crc32(bytes) | 0) !== (crc | 0)) throw invalid('A page has another checksum than was stored');
    this.#options.checked(compares);
    return { header, bytes };
  }

  close(): void {
    this.#options.budget.give(this.#window.length);
    this.#window = new Uint8Array(0);
    this.#at = 0;
  }

  /** Bytes of the column that were not taken yet. */
  get #left(): number {
    return this.#end - this.#windowEnd + this.#window.length - this.#at;
  }

  async #header(): Promise<PageHeader> {
    for (let wanted = Math.min(HEADER_READ, this.#left); ; wanted = Math.min(wanted * 4, this.#left)) {
      await this.#need(wanted);
      const end = thriftExtent(this.#window, this.#at, MAX_HEADER_STRUCTS);
      if (end !== undefined) {
        const { buffer, byteOffset, length } = this.#window;
        const header = parquetHeader({ view: new DataView(buffer, byteOffset, length), offset: this.#at });
        if (header.type === 'DICTIONARY_PAGE') this.#extend(end - this.#at);
        this.#at = end;
        return header;
      }
      if (wanted >= Math.min(this.#left, MAX_HEADER)) throw invalid('A page breaks off');
    }
  }

  #extend(headerLength: number): void {
    const { omitsDictionaryHeader, footerStart } = this.#options;
    if (omitsDictionaryHeader) this.#end = Math.min(this.#end + headerLength, footerStart);
  }

  /** Sees to it that so many bytes are in the window. */
  async #need(length: number): Promise<void> {
    const have = this.#window.length - this.#at;
    if (have >= length) return;
    const { content, readBytes, budget } = this.#options;
    const more = Math.min(this.#end - this.#windowEnd, Math.max(length - have, readBytes));
    budget.take(have + more);
    const read = await content.read(this.#windowEnd, more);
    const rest = this.#window.subarray(this.#at);
    budget.give(this.#window.length);
    this.#window = have === 0 ? read : Buffer.concat([rest, read]);
    this.#at = 0;
    this.#windowEnd += more;
  }
}
