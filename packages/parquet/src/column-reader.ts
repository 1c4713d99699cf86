import type { PageHeader } from 'hyparquet';
import type { Budget } from './budget.ts';
import { decompressPage } from './decompress-page.ts';
import { HybridReader } from './hybrid-reader.ts';
import { BadValue } from './leaf-values.ts';
import type { PageReader, StoredPage } from './page-reader.ts';
import { columnInvalid, columnUnsupported, invalid, unsupported } from './parquet-error.ts';
import type { Leaf } from './schema.ts';
import { dictionaryReader, plainWidth, type Stored, type ValueReader, valueReader } from './value-reader.ts';

/** What an entry of a dictionary takes beside its bytes, and what one of a list does. */
const VALUE_BYTES = 40;

interface Page {
  /** Entries that were not read yet: values, nulls and empty lists. */
  left: number;
  readonly repetitions: HybridReader | undefined;
  readonly definitions: HybridReader | undefined;
  readonly values: ValueReader;
  /** Whether values come as records have them: those of a dictionary do. */
  readonly converted: boolean;
  readonly bytes: number;
}

/** Entries of a column with their levels; a value for each entry whose definition is the leaf's. */
export interface Entries {
  readonly repetitions: number[];
  readonly definitions: number[];
  readonly values: unknown[];
}

/** Reads the values of one column of a row group, row by row. */
export class ColumnReader {
  readonly #leaf: Leaf;
  readonly #codec: string;
  readonly #pages: PageReader;
  readonly #budget: Budget;
  readonly #sawBad: () => void;
  #page: Page | undefined;
  #dictionary: readonly unknown[] | undefined;
  #dictionaryBytes = 0;
  /** The first entry of the next row, where rows are of several entries. */
  #ahead: number | undefined;
  readonly #levels: Int32Array = new Int32Array(1024);

  constructor(leaf: Leaf, codec: string, pages: PageReader, budget: Budget, sawBad: () => void) {
    this.#leaf = leaf;
    this.#codec = codec;
    this.#pages = pages;
    this.#budget = budget;
    this.#sawBad = sawBad;
  }

  /** The next rows of a column that has one value for each. Bytes that they take are told to `took`. */
  async rows(count: number, took: (bytes: number) => void): Promise<unknown[]> {
    const out: unknown[] = [];
    for (let done = 0; done < count;) {
      const page = await this.#current();
      if (page === undefined) throw this.#tooShort();
      const some = Math.min(page.left, count - done, this.#levels.length);
      this.#read(page, out, done, some, took);
      page.left -= some;
      done += some;
    }
    return out;
  }

  /** The next rows of a column that has any number of entries for each. */
  async entries(count: number, took: (bytes: number) => void): Promise<Entries> {
    const entries: Entries = { repetitions: [], definitions: [], values: [] };
    for (let rows = 0; ;) {
      const page = await this.#current();
      if (page === undefined) {
        if (rows < count) throw this.#tooShort();
        return entries;
      }
      while (page.left > 0) {
        this.#ahead ??= this.#level(page.repetitions);
        if (this.#ahead === 0 && ++rows > count) return entries;
        if (rows === 0) throw columnInvalid(this.#leaf, 'begins in the middle of a row');
        took(VALUE_BYTES);
        entries.repetitions.push(this.#ahead);
        this.#ahead = undefined;
        page.left -= 1;
        const definition = this.#level(page.definitions);
        if (definition > this.#leaf.definition) throw columnInvalid(this.#leaf, 'has a level that it cannot have');
        entries.definitions.push(definition);
        if (definition === this.#leaf.definition) this.#values(page, entries.values, entries.values.length, 1, took);
      }
    }
  }

  /** @throws MillraceError `PARQUET_INVALID` where there is more */
  async end(): Promise<void> {
    if ((await this.#current()) !== undefined) throw columnInvalid(this.#leaf, 'has more rows than its row group');
    this.close();
  }

  close(): void {
    this.#pages.close();
    this.#budget.give((this.#page?.bytes ?? 0) + this.#dictionaryBytes);
    this.#page = undefined;
    this.#dictionary = undefined;
    this.#dictionaryBytes = 0;
  }

  /** Values at the places of `out` where there is one, and null elsewhere. */
  #read(page: Page, out: unknown[], at: number, count: number, took: (bytes: number) => void): void {
    const { definition } = this.#leaf;
    if (page.definitions === undefined) {
      this.#values(page, out, at, count, took);
      return;
    }
    const levels = this.#levels;
    page.definitions.read(levels, count);
    // Values stand close together wherever several follow each other.
    for (let from = 0; from < count;) {
      let to = from;
      while (to < count && levels[to] === definition) to += 1;
      if (to > from) this.#values(page, out, at + from, to - from, took);
      for (; to < count && levels[to] !== definition; to += 1) out[at + to] = null;
      from = to;
    }
  }

  #values(page: Page, out: unknown[], at: number, count: number, took: (bytes: number) => void): void {
    page.values.read(out, at, count);
    if (!page.converted) this.#convert(out, at, count, took);
  }

  #convert(out: unknown[], at: number, count: number, took: (bytes: number) => void): void {
    const { convert } = this.#leaf.values;
    if (convert === undefined) return;
    for (let index = at; index < at + count; index += 1) {
      const stored = out[index] as Stored;
      const value = convert(stored);
      if (typeof stored === 'object') took(stored.length);
      // Checked where it is made, so that rows have to be looked through only where there is one.
      if (value instanceof BadValue) this.#sawBad();
      out[index] = value;
    }
  }

  #level(levels: HybridReader | undefined): number {
    if (levels === undefined) return 0;
    levels.read(this.#levels, 1);
    return this.#levels[0]!;
  }

  /** The page that has the next entry; `undefined` behind the last. */
  async #current(): Promise<Page | undefined> {
    while (this.#page === undefined || this.#page.left === 0) {
      const stored = await this.#pages.next();
      this.#budget.give(this.#page?.bytes ?? 0);
      this.#page = undefined;
      if (stored === undefined) return undefined;
      const { type } = stored.header;
      if (type === 'DICTIONARY_PAGE') this.#takeDictionary(stored);
      else if (type === 'DATA_PAGE') this.#page = this.#takePage(stored);
      else if (type === 'DATA_PAGE_V2') this.#page = this.#takePageV2(stored);
      else if (type !== 'INDEX_PAGE') throw columnUnsupported(this.#leaf, 'has a page of an unknown type');
    }
    return this.#page;
  }

  #takeDictionary({ header, bytes }: StoredPage): void {
    const head = header.dictionary_page_header;
    if (head === undefined || this.#dictionary !== undefined) throw invalid('A column has two dictionaries');
    const { layout } = this.#leaf;
    const full = header.uncompressed_page_size;
    if (!(head.num_values >= 0 && head.num_values * plainWidth(layout) <= full))
      throw invalid('A dictionary declares more values than it can have');
    const taken = full * 2 + head.num_values * VALUE_BYTES;
    this.#budget.take(taken);
    this.#dictionaryBytes = taken;
    const page = decompressPage(this.#codec, bytes, full);
    const values: unknown[] = [];
    valueReader('PLAIN', page, 0, layout, this.#budget).read(values, 0, head.num_values);
    this.#convert(values, 0, values.length, () => {});
    this.#dictionary = values;
  }

  #takePage({ header, bytes }: StoredPage): Page | undefined {
    const head = header.data_page_header;
    if (head === undefined || !(head.num_values >= 0)) throw invalid('A page has no header');
    if (head.num_values === 0) return undefined;
    const { definition, repetition } = this.#leaf;
    const full = header.uncompressed_page_size;
    this.#budget.take(full);
    const page = decompressPage(this.#codec, bytes, full);
    let at = 0;
    const levels = (most: number, encoding: string): HybridReader | undefined => {
      if (most === 0) return undefined;
      if (encoding !== 'RLE') throw unsupported(`Levels are stored as ${encoding}`);
      if (page.length - at < 4) throw invalid('The levels of a page break off');
      const start = at + 4;
      at = start + new DataView(page.buffer, page.byteOffset).getUint32(at, true);
      return new HybridReader(page, start, at, bitWidth(most));
    };
    const repetitions = levels(repetition, head.repetition_level_encoding);
    const definitions = levels(definition, head.definition_level_encoding);
    return this.#pageOf(head.num_values, repetitions, definitions, page, at, head.encoding, full);
  }

  #takePageV2({ header, bytes }: StoredPage): Page | undefined {
    const head = header.data_page_header_v2;
    if (head === undefined || !(head.num_values >= 0)) throw invalid('A page has no header');
    if (head.num_values === 0) return undefined;
    const { definition, repetition } = this.#leaf;
    const [forRepetitions, forDefinitions] = [head.repetition_levels_byte_length, head.definition_levels_byte_length];
    const forLevels = forRepetitions + forDefinitions;
    const full = header.uncompressed_page_size - forLevels;
    if (!(forRepetitions >= 0 && forDefinitions >= 0 && forLevels <= bytes.length && full >= 0))
      throw invalid('The levels of a page are longer than the page');
    this.#budget.take(full + forLevels);
    // The window that they lie in goes with the next read.
    const levels = Uint8Array.from(bytes.subarray(0, forLevels));
    const stored = bytes.subarray(forLevels);
    // Arrow before 3.0 compressed such pages and flagged them as not compressed.
    const isPlain = head.is_compressed === false && stored.length === full;
    const page = decompressPage(isPlain ? 'UNCOMPRESSED' : this.#codec, stored, full);
    const repetitions =
      repetition === 0 ? undefined : new HybridReader(levels, 0, forRepetitions, bitWidth(repetition));
    const definitions =
      definition === 0 ? undefined : new HybridReader(levels, forRepetitions, forLevels, bitWidth(definition));
    return this.#pageOf(head.num_values, repetitions, definitions, page, 0, head.encoding, full + forLevels);
  }

  #pageOf(
    left: number,
    repetitions: HybridReader | undefined,
    definitions: HybridReader | undefined,
    page: Uint8Array,
    at: number,
    encoding: NonNullable<PageHeader['data_page_header']>['encoding'],
    bytes: number,
  ): Page {
    const converted = encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY';
    if (converted && this.#dictionary === undefined) throw invalid('A page refers to a dictionary that is not there');
    const values = converted
      ? dictionaryReader(page, at, this.#dictionary!)
      : valueReader(encoding, page, at, this.#leaf.layout, this.#budget);
    return { left, repetitions, definitions, values, converted, bytes };
  }

  #tooShort(): Error {
    return columnInvalid(this.#leaf, 'has fewer rows than its row group');
  }
}

function bitWidth(most: number): number {
  return 32 - Math.clz32(most);
}
