import { invalid } from '../xlsx-error.ts';
import { XmlDecoder } from '../xml/xml-decoder.ts';
import { type XmlEvents, XmlScanner } from '../xml/xml-scanner.ts';
import { entryBytes, type ZipReading } from '../zip/entry-bytes.ts';
import { partName, type ZipDirectory } from '../zip/zip-directory.ts';

/** The parts of a workbook, which are files of a zip archive that hold XML. */
export class PackageParts {
  readonly #directory: ZipDirectory;
  readonly #reading: ZipReading;

  constructor(directory: ZipDirectory, reading: ZipReading) {
    this.#directory = directory;
    this.#reading = reading;
  }

  has(name: string): boolean {
    return this.#directory.entries.has(partName(name));
  }

  /**
   * Reads a part of XML to its end. A part is a few hundred KB or a gigabyte, so it is gone through in pieces: the iteration yields
   * after each.
   *
   * @throws MillraceError `XLSX_INVALID`, `XLSX_UNSUPPORTED`, `XLSX_TOO_LARGE`, `XLSX_RATIO_EXCEEDED`; what the source throws
   */
  async *scan(name: string, events: XmlEvents): AsyncGenerator<void, void, undefined> {
    const entry = this.#directory.entries.get(partName(name));
    if (entry === undefined) throw invalid('It has no file for one of its parts');
    const decoder = new XmlDecoder();
    const scanner = new XmlScanner(events);
    for await (const bytes of entryBytes(entry, this.#reading)) {
      scanner.write(decoder.decode(bytes));
      yield;
    }
    scanner.write(decoder.end());
    scanner.end();
    yield;
  }

  /** Reads a part of XML whose events are all that is wanted of it. */
  async read(name: string, events: XmlEvents): Promise<void> {
    const pieces = this.scan(name, events);
    while ((await pieces.next()).done !== true);
  }
}
