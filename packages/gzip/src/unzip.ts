import { MillraceError } from '@millrace/core';
import { part } from '@millrace/core/plugin';
import { assertNoneMissing, passTrailing } from './archive-end.ts';
import type { ArchiveOutput } from './archive-layer.ts';
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
import { HEAD_LENGTH } from './compression-format.ts';
import { DEFLATED, methodLayer, type Piece, STORED, unpacked, unsupported } from './zip-methods.ts';
import { hasZipInside, isProgram } from './program-mark.ts';
import { skipPrefix } from './zip-prefix.ts';
import type { Selection, ZipEntry } from './zip-selection.ts';
import { storedUpToDescriptor } from './zip-stored.ts';

const PIECE_BYTES = 64 * 1024;

export interface UnzipSettings {
  readonly engine: Engine;
  readonly selection: Selection<ZipEntry>;
  readonly maxEntries: number;
  readonly maxNameBytes: number;
  readonly failsOnMissing: boolean;
  readonly failsOnPrefix: boolean;
  readonly failsOnTrailing: boolean;
  /** Called with each output's length, kept or not, and the bytes read so far; throws if a limit is exceeded. */
  readonly produced: (length: number, read: number) => void;
  readonly count: (counter: string) => void;
}

type Outputs<T = void> = AsyncGenerator<ArchiveOutput, T, undefined>;

/** Reads an archive from its first byte to its last, and begins a part with each file that is wanted. */
export class Unzip {
  readonly #input: ByteQueue;
  readonly #settings: UnzipSettings;
  readonly #files = new Map<number, ListedFile>();
  readonly #names = new Set<string>();
  #decoder: Pick<Inflater, 'close'> | undefined;
  #name: string | undefined;
  #isInEntry = false;
  #mayBeSmall = true;

  constructor(input: ByteQueue, settings: UnzipSettings) {
    this.#input = input;
    this.#settings = settings;
  }

  async *outputs(): Outputs {
    const prefix = yield* this.#prefix();
    while (signatureOf(yield* this.#peek(4)) === SIGNATURES.file) {
      this.#isInEntry = true;
      yield* this.#file();
      this.#isInEntry = false;
      this.#name = undefined;
    }
    yield* readDirectory(this.#input, this.#files, prefix, (length) => this.#peek(length), this.#fail);
    yield* this.#end();
  }

  /** Passes what comes before the first file; returns how much that is. */
  *#prefix(): Generator<typeof MORE, number, undefined> {
    const head = (yield* this.#peek(4)).subarray(0, HEAD_LENGTH);
    const signature = signatureOf(head);
    const isArchive = signature === SIGNATURES.file || signature === SIGNATURES.end || signature === SIGNATURES.end64;
    const { failsOnPrefix, count, maxNameBytes } = this.#settings;
    if (isArchive || (failsOnPrefix && !hasZipInside(head) && !isProgram(head))) return 0;
    if (failsOnPrefix) {
      const what = 'The item has other bytes before a zip archive, as a program that extracts itself does.';
      throw this.#fail('ZIP_PREFIX', `${what} Ask the sender for the archive alone, or set onPrefix.`);
    }
    const isFound = yield* skipPrefix(this.#input, maxNameBytes);
    if (!isFound) throw this.#fail('COMPRESSION_CORRUPT', 'The item has no zip archive in it.');
    count('archivesWithPrefix');
    return this.#input.offset;
  }

  *#end(): Generator<typeof MORE, void, undefined> {
    const { failsOnMissing, failsOnTrailing, selection, count } = this.#settings;
    assertNoneMissing('zip', failsOnMissing ? selection.missing() : []);
    const what = 'Other bytes follow the zip archive. Ask the sender for the archive alone, or set onTrailing.';
    const trailing = (): MillraceError => this.#fail('COMPRESSION_TRAILING_DATA', what);
    const hasTrailing = yield* passTrailing(this.#input, () => false, failsOnTrailing ? trailing : undefined);
    if (hasTrailing) count('archivesWithTrailingData');
  }

  close(): void {
    this.#decoder?.close();
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

  #assertReadable({ isEncrypted, method, hasDescriptor }: FileHeader): void {
    const what = `Entry ${this.#files.size + 1} of the archive`;
    const remedy = 'Ask the sender for an archive';
    if (isEncrypted) throw this.#fail('ZIP_ENCRYPTED', `${what} is encrypted. ${remedy} without a password.`);
    const why = unsupported(method, hasDescriptor);
    if (why !== undefined)
      throw this.#fail('ZIP_METHOD_UNSUPPORTED', `${what} ${why}. ${remedy} with deflate.`, { method });
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
    for await (const output of this.#decoded(header, (packedSize) => ({ ...header, crc, packedSize, size }))) {
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
    const length = descriptorLength(next, facts);
    if (length === undefined) throw this.#checksum('does not fit what follows it', { computed: facts });
    this.#input.take(length);
    return facts;
  }

  #assertSame(computed: FileFacts, stored: FileFacts, where: string): void {
    const { crc, size, packedSize } = stored;
    if (computed.crc === crc && computed.size === size && computed.packedSize === packedSize) return;
    throw this.#checksum(`does not fit ${where}`, { stored, computed });
  }

  #decoded(header: FileHeader, facts: (packedSize: number) => FileFacts): AsyncIterable<Piece> | Iterable<Piece> {
    if (header.method === DEFLATED) return this.#inflated(header);
    if (header.method !== STORED) {
      const layer = methodLayer(header.method);
      this.#decoder = layer;
      const corrupt = (cause: unknown): MillraceError => this.#corrupt(`${this.#entry} cannot be decompressed`, cause);
      return unpacked(layer, this.#stored(header), corrupt);
    }
    if (!header.hasDescriptor) return this.#stored(header);
    const what = `The length of ${this.#entry} is not in front of it, and what may be another file begins in it.`;
    return storedUpToDescriptor(this.#input, {
      peek: (length) => this.#peek(length),
      facts,
      isArchive: this.#name?.toLowerCase().endsWith('.zip') === true,
      uncertain: () =>
        this.#fail('ZIP_LENGTH_UNKNOWN', `${what} Ask the sender for a new copy, with files that are compressed.`),
    });
  }

  async *#inflated({ hasDescriptor, packedSize, size }: FileHeader): AsyncGenerator<Piece, void> {
    const corrupt = (cause: unknown): MillraceError => this.#corrupt(`${this.#entry} cannot be decompressed`, cause);
    const isSmall = hasDescriptor ? this.#mayBeSmall : size <= OUTPUT_BYTES;
    const inflater = this.#settings.engine.inflater(corrupt, isSmall);
    this.#decoder = inflater;
    const start = this.#input.offset;
    for (let unused: number | undefined; unused === undefined; unused = inflater.unused()) {
      if (!hasDescriptor && this.#input.offset - start > packedSize) throw corrupt(undefined);
      if (this.#input.length === 0) yield* this.#more();
      yield* inflater.inflate(this.#input.take(PIECE_BYTES));
    }
    this.#input.giveBack(inflater.unused()!);
    inflater.close();
    this.#decoder = undefined;
  }

  *#stored({ packedSize }: FileHeader): Generator<Piece, void, undefined> {
    for (let left = packedSize; left > 0;) {
      if (this.#input.length === 0) yield* this.#more();
      const output = this.#input.take(Math.min(left, OUTPUT_BYTES));
      left -= output.length;
      yield output;
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
      throw this.#fail(
        'COMPRESSION_TRUNCATED',
        'The zip archive ends before it is complete. Ask the sender for a new copy.',
      );
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
    return this.#fail(
      'COMPRESSION_CORRUPT',
      `The zip archive is damaged: ${what}. Ask the sender for a new copy.`,
      {},
      cause,
    );
  }

  #checksum(what: string, details: object): MillraceError {
    const where = `Entry ${this.#files.size + 1} of the archive is damaged: its CRC-32 or its length ${what}.`;
    return this.#fail('COMPRESSION_CHECKSUM', `${where} Ask the sender for a new copy.`, details);
  }
}
