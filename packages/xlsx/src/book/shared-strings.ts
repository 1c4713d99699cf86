import { tooLarge } from '../xlsx-error.ts';
import type { XmlEvents } from '../xml/xml-scanner.ts';
import { unescapedText } from './escaped-text.ts';
import type { PackageParts } from './package-parts.ts';
import { TextItem } from './text-item.ts';

/** What a string takes beside its characters. */
const BYTES_A_STRING = 32;
const BYTES_A_CHARACTER = 2;

/**
 * Reads the strings that cells share. They are all in memory while the workbook is read, as any cell may refer to any of them.
 *
 * @throws MillraceError `XLSX_TOO_LARGE` if they take more than `maxBytes`
 */
export async function readSharedStrings(
  parts: PackageParts,
  name: string | undefined,
  maxBytes: number,
): Promise<readonly string[]> {
  if (name === undefined) return [];
  const strings = new SharedStrings(maxBytes);
  await parts.read(name, strings);
  return strings.strings;
}

class SharedStrings implements XmlEvents {
  readonly strings: string[] = [];
  readonly #maxBytes: number;
  readonly #item: TextItem;
  #bytes = 0;
  #depth = 0;
  /** Whether the child of the table that is open is a string. */
  #isString = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#item = new TextItem(maxBytes / BYTES_A_CHARACTER);
  }

  get listens(): boolean {
    return this.#item.listens;
  }

  readonly open = (name: string): void => {
    this.#depth += 1;
    if (this.#depth === 2) this.#isString = name === 'si' || name.endsWith(':si');
    else if (this.#depth > 2 && this.#isString) this.#item.open(name);
  };

  readonly text = (some: string): void => {
    this.#take(some.length * BYTES_A_CHARACTER);
    this.#item.text(some);
  };

  readonly close = (): void => {
    if (this.#depth > 2 && this.#isString) this.#item.close();
    if (this.#depth === 2 && this.#isString) {
      this.#take(BYTES_A_STRING);
      this.strings.push(unescapedText(this.#item.take()));
    }
    this.#depth -= 1;
  };

  #take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes)
      throw tooLarge(
        `Its shared strings take more than ${this.#maxBytes} bytes.`,
        'maxSharedStringBytes',
        this.#maxBytes,
      );
  }
}
