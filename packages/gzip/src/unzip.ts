import { MillraceError } from '@millrace/core';
import { part, type Part } from '@millrace/core/plugin';
import type { ByteQueue } from './byte-queue.ts';
import { type Engine, type Inflater, OUTPUT_BYTES } from './engine.ts';
import { MORE } from './more-input.ts';
import { type ListedFile, readDirectory, type ZipFail } from './zip-directory.ts';
import { unsafeName, zipName } from './zip-name.ts';
import {
  DESCRIPTOR_BYTES,
  descriptorLength,
  type FileFacts,
  fileHeader,
  type FileHeader,
  LENGTHS,
  signatureOf,
  SIGNATURES,
  withZip64,
} from './zip-records.ts';
import type { Selection } from './zip-selection.ts';

const STORED = 0;
const DEFLATED = 8;
const PIECE_BYTES = 64 * 1024;

export interface UnzipSettings {
  readonly engine: Engine;
  readonly selection: Selection;
  readonly maxEntries: number;
  readonly maxNameBytes: number;
  readonly failsOnMissing: boolean;
  /** Called with each output's length, kept or not, and the bytes read so far; throws where a limit is passed. */
  readonly produced: (length: number, read: number) => void;
  readonly count: (counter: string) => void;
}

type Outputs<T = void> = AsyncGenerator<Uint8Array | Part | typeof MORE, T, undefined>;

/** Reads an archive from its first byte to its last, and begins a part with each file that is wanted. */
export class Unzip {
  readonly #input: ByteQueue;
  readonly #settings: UnzipSettings;
  readonly #files = new Map<number, ListedFile>();
  readonly #names = new Set<string>();
  #inflater: Inflater | undefined;
  #name: string | undefined;
  #isInEntry = false;
  #mayBeSmall = true;

  constructor(input: ByteQueue, settings: UnzipSettings) {
    this.#input = input;
    this.#settings = settings;
  }

  async *outputs(): Outputs {
    while (signatureOf(yield* this.#peek(4)) === SIGNATURES.file) {
      this.#isInEntry = true;
      yield* this.#file();
      this.#isInEntry = false;
      this.#name = undefined;
    }
    yield* readDirectory(this.#input, this.#files, (length) => this.#peek(length), this.#fail);
    const missing = this.#settings.failsOnMissing ? this.#settings.selection.missing() : [];
    if (missing.length > 0) {
      const what = `The archive does not hold ${missing.join(', ')}. Find out why it was not sent, or set onMissing.`;
      throw new MillraceError('ZIP_ENTRY_MISSING', what, { details: { format: 'zip', missing } });
    }
    while (!this.#input.isEnded && this.#input.length === 0) yield MORE;
    if (this.#input.length > 0) {
      throw this.#fail('COMPRESSION_TRAILING_DATA', 'Other bytes follow the zip archive. Have the file sent anew.');
    }
  }

  close(): void {
    this.#inflater?.close();
  }

  async *#file(): Outputs {
    const { selection, count } = this.#settings;
    const offset = this.#input.offset;
    const fixed = fileHeader(yield* this.#take(LENGTHS.file));
    const name = yield* this.#readName(fixed.nameLength);
    const header = withZip64(fixed, yield* this.#take(fixed.extraLength));
    if (header === undefined) throw this.#corrupt('has a field of zip64 that is cut short');
    const size = header.hasDescriptor ? undefined : header.size;
    const isWanted = !name.endsWith('/') && selection.wants({ name, size });
    if (!name.endsWith('/')) count(isWanted ? 'files' : 'filesLeftOut');
    // What is not wanted, and says how long it is, may be in any form.
    if (isWanted || header.hasDescriptor) this.#assertReadable(header);
    if (isWanted) yield part(name);
    const isPassed = !isWanted && !header.hasDescriptor;
    const facts: FileFacts = isPassed ? yield* this.#pass(header) : yield* this.#data(header, isWanted);
    this.#files.set(offset, { ...facts, name, isListed: false });
  }

  *#readName(length: number): Generator<typeof MORE, string, undefined> {
    const { maxEntries, maxNameBytes } = this.#settings;
    if (this.#files.size >= maxEntries) {
      throw this.#fail('ZIP_TOO_MANY_ENTRIES', `The archive holds more than ${maxEntries} files. Raise maxEntries.`);
    }
    if (length > maxNameBytes) {
      const what = `A name in the archive has ${length} bytes, more than ${maxNameBytes}. Raise maxNameBytes.`;
      throw this.#fail('ZIP_NAME_TOO_LONG', what);
    }
    const name = zipName(yield* this.#take(length));
    const unsafe = unsafeName(name);
    if (unsafe !== undefined) {
      const what = `The name of ${this.#entry} ${unsafe}. Ask the sender for a new archive.`;
      throw this.#fail('ZIP_NAME_UNSAFE', what, { content: { name } });
    }
    this.#name = name;
    if (this.#names.has(name)) {
      throw this.#fail(
        'ZIP_ENTRY_DUPLICATE',
        `The archive has another entry with the name of ${this.#entry}. Ask the sender for one that has it once.`,
      );
    }
    this.#names.add(name);
    return name;
  }

  #assertReadable({ isEncrypted, method }: FileHeader): void {
    if (isEncrypted) {
      throw this.#fail(
        'ZIP_ENCRYPTED',
        `Entry ${this.#files.size + 1} of the archive is encrypted. Ask the sender for an archive without a password.`,
      );
    }
    if (method === STORED || method === DEFLATED) return;
    throw this.#fail(
      'ZIP_METHOD_UNSUPPORTED',
      `Entry ${this.#files.size + 1} of the archive is compressed by method ${method}; only 0 (stored) and 8 (deflate) are read.`,
      { method },
    );
  }

  *#pass(header: FileHeader): Generator<typeof MORE, FileFacts, undefined> {
    for (let left = header.packedSize; left > 0;) {
      if (this.#input.length === 0) yield* this.#more();
      left -= this.#input.take(left).length;
    }
    return header;
  }

  async *#data(header: FileHeader, isWanted: boolean): Outputs<FileFacts> {
    let [crc, size] = [0, 0];
    const start = this.#input.offset;
    const outputs =
      header.method === DEFLATED
        ? this.#inflated(header)
        : header.hasDescriptor
          ? this.#storedUpToDescriptor((packedSize) => ({ ...header, crc, packedSize, size }))
          : this.#stored(header);
    for await (const output of outputs) {
      if (output === MORE) {
        yield MORE;
        continue;
      }
      crc = this.#settings.engine.crc32(output, crc);
      size += output.length;
      this.#settings.produced(output.length, this.#input.offset);
      if (isWanted) yield output;
    }
    this.#mayBeSmall = size <= OUTPUT_BYTES;
    const facts: FileFacts = { ...header, crc, size, packedSize: this.#input.offset - start };
    if (!header.hasDescriptor) {
      this.#assertSame(facts, header, 'its header');
      return facts;
    }
    const next = yield* this.#peek(DESCRIPTOR_BYTES);
    const length = descriptorLength(next, facts, header.method === STORED);
    if (length === undefined) throw this.#checksum('does not fit what stands behind it', { computed: facts });
    this.#input.take(length);
    return facts;
  }

  #assertSame(computed: FileFacts, stored: FileFacts, where: string): void {
    const { crc, size, packedSize } = stored;
    if (computed.crc === crc && computed.size === size && computed.packedSize === packedSize) return;
    throw this.#checksum(`does not fit ${where}`, { stored, computed });
  }

  async *#inflated({ hasDescriptor, packedSize, size }: FileHeader): AsyncGenerator<Uint8Array | typeof MORE, void> {
    const corrupt = (cause: unknown): MillraceError => this.#corrupt(`${this.#entry} cannot be decompressed`, cause);
    const isSmall = hasDescriptor ? this.#mayBeSmall : size <= OUTPUT_BYTES;
    const inflater = this.#settings.engine.inflater(corrupt, isSmall);
    this.#inflater = inflater;
    const start = this.#input.offset;
    for (let unused: number | undefined; unused === undefined; unused = inflater.unused()) {
      if (!hasDescriptor && this.#input.offset - start > packedSize) throw corrupt(undefined);
      if (this.#input.length === 0) yield* this.#more();
      yield* inflater.inflate(this.#input.take(PIECE_BYTES));
    }
    this.#input.giveBack(inflater.unused()!);
    inflater.close();
    this.#inflater = undefined;
  }

  *#stored({ packedSize }: FileHeader): Generator<Uint8Array | typeof MORE, void, undefined> {
    for (let left = packedSize; left > 0;) {
      if (this.#input.length === 0) yield* this.#more();
      const output = this.#input.take(Math.min(left, OUTPUT_BYTES));
      left -= output.length;
      yield output;
    }
  }

  /**
   * Data that was stored without saying how long it is: it ends before a descriptor that has its CRC-32 and its length. The
   * directory has to say the same.
   */
  *#storedUpToDescriptor(
    facts: (packedSize: number) => FileFacts,
  ): Generator<Uint8Array | typeof MORE, void, undefined> {
    for (let length = 0; ;) {
      yield* this.#peek(DESCRIPTOR_BYTES);
      const bytes = this.#input.rest().subarray(0, OUTPUT_BYTES);
      let at = 0;
      const last = bytes.length - DESCRIPTOR_BYTES;
      while (at <= last && (bytes[at] !== 0x50 || signatureOf(bytes.subarray(at)) !== SIGNATURES.descriptor)) at++;
      if (at === 0) {
        if (descriptorLength(bytes, facts(length), true) !== undefined) return;
        at = 1;
      }
      length += at;
      yield this.#input.take(at);
    }
  }

  /** The next bytes, which stay; at least so many. */
  *#peek(length: number): Generator<typeof MORE, Uint8Array, undefined> {
    while (this.#input.length < length) yield* this.#more();
    return this.#input.rest();
  }

  *#take(length: number): Generator<typeof MORE, Uint8Array, undefined> {
    yield* this.#peek(length);
    return this.#input.take(length);
  }

  *#more(): Generator<typeof MORE, void, undefined> {
    if (this.#input.isEnded) {
      throw this.#fail('COMPRESSION_TRUNCATED', 'The zip archive ends before it is complete. Have the file sent anew.');
    }
    yield MORE;
  }

  /** How messages name the entry that is being read: by its number, from 1. Its name is content. */
  get #entry(): string {
    return `entry ${this.#files.size + 1} of the archive`;
  }

  readonly #fail: ZipFail = (code, message, details, cause) =>
    new MillraceError(code, message, {
      cause,
      part: this.#name,
      details: {
        format: 'zip',
        offset: this.#input.offset,
        ...(this.#isInEntry && { entry: this.#files.size + 1 }),
        ...details,
      },
    });

  #corrupt(what: string, cause?: unknown): MillraceError {
    return this.#fail('COMPRESSION_CORRUPT', `The zip archive is damaged: ${what}. Have it sent anew.`, {}, cause);
  }

  #checksum(what: string, details: object): MillraceError {
    const where = `Entry ${this.#files.size + 1} of the archive is damaged: its CRC-32 or its length ${what}.`;
    return this.#fail('COMPRESSION_CHECKSUM', `${where} Ask the sender for a new copy.`, details);
  }
}
