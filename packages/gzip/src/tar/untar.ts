import { MillraceError } from '@millrace/core';
import { part } from '@millrace/core/plugin';
import { assertNoneMissing, passTrailing } from '../archive-end.ts';
import type { ArchiveOutput } from '../archive-layer.ts';
import type { ByteQueue } from '../byte-queue.ts';
import { OUTPUT_BYTES } from '../engine.ts';
import { MORE } from '../more-input.ts';
import { unsafeName } from '../zip-name.ts';
import type { Selection } from '../zip-selection.ts';
import { type Extended, TarExtensions } from './tar-extensions.ts';
import { hasMoreMap, type TarHeader, tarHeader, type TarKind } from './tar-header.ts';
import { tarName } from './tar-name.ts';
import { BLOCK_BYTES, hasTarChecksum, isTar, isZero } from './tar-signature.ts';
import type { TarEntry } from './tar-entry.ts';

export interface UntarSettings {
  readonly selection: Selection<TarEntry>;
  readonly maxEntries: number;
  readonly maxNameBytes: number;
  readonly maxHeaderBytes: number;
  readonly failsOnMissing: boolean;
  readonly failsOnTrailing: boolean;
  /** Called with each content's length, kept or not, and the bytes read so far; throws if a limit is exceeded. */
  readonly produced: (length: number, read: number) => void;
  readonly count: (counter: string, by?: number) => void;
}

/** Returns `T`; yields `MORE` whenever it needs more input. */
type Reading<T> = Generator<typeof MORE, T, undefined>;
type Outputs = Generator<ArchiveOutput, void, undefined>;

const SLASH = 0x2f;

/** Reads an archive from its first byte to its last, and begins a part with each file that is wanted. */
export class Untar {
  readonly #input: ByteQueue;
  readonly #settings: UntarSettings;
  readonly #extensions = new TarExtensions();
  readonly #names = new Set<string>();
  /** Entries that have begun: files, folders and all others, without their extended headers. */
  #entries = 0;
  #name: string | undefined;

  constructor(input: ByteQueue, settings: UntarSettings) {
    this.#input = input;
    this.#settings = settings;
  }

  *outputs(): Outputs {
    for (let header = yield* this.#header(); header !== undefined; header = yield* this.#header()) {
      switch (header.kind) {
        case 'extended':
        case 'global':
        case 'long-name':
        case 'long-link':
          yield* this.#extension(header, header.kind);
          break;
        default:
          yield* this.#entry(header);
      }
    }
    if (this.#extensions.isPending) throw this.#corrupt('an extended header has no entry after it');
    yield* this.#end();
  }

  /** The next header; `undefined` for the block of zeros that ends the archive. */
  *#header(): Reading<TarHeader | undefined> {
    while (this.#input.length < BLOCK_BYTES) yield* this.#more();
    const isFirst = this.#input.offset === 0;
    const block = this.#input.take(BLOCK_BYTES);
    if (isFirst && !isTar(block) && !isZero(block)) {
      this.#input.giveBack(BLOCK_BYTES);
      throw this.#corrupt('it does not begin with a header');
    }
    const isHeader = hasTarChecksum(block);
    if (isHeader) return tarHeader(block);
    if (isZero(block)) return undefined;
    const what = `The header after entry ${this.#entries} of the tar archive is damaged: its checksum does not match.`;
    throw this.#fail('COMPRESSION_CHECKSUM', `${what} Ask the sender for a new copy.`);
  }

  *#extension(header: TarHeader, kind: Parameters<TarExtensions['add']>[0]): Reading<void> {
    const size = this.#sizeOf(header.size);
    if (kind === 'long-link') yield* this.#pass(size);
    else if (kind === 'long-name') this.#assertNameLength(size - 1);
    else if (size > this.#settings.maxHeaderBytes) {
      const { maxHeaderBytes } = this.#settings;
      const what = `An extended header of the tar archive has ${size} bytes, more than ${maxHeaderBytes}.`;
      throw this.#fail('TAR_HEADER_TOO_LONG', `${what} Raise maxHeaderBytes.`, { maxHeaderBytes });
    }
    const content = kind === 'long-link' ? new Uint8Array(0) : yield* this.#content(size);
    if (!this.#extensions.add(kind, content)) throw this.#corrupt('an extended header is not valid');
    yield* this.#pass(paddingOf(size));
  }

  *#entry(header: TarHeader): Outputs {
    const { maxEntries, count } = this.#settings;
    if (this.#entries >= maxEntries) {
      throw this.#fail('TAR_TOO_MANY_ENTRIES', `The archive has more than ${maxEntries} entries. Raise maxEntries.`);
    }
    this.#entries += 1;
    const extended = this.#extensions.take(header);
    const size = this.#sizeOf(extended.size);
    const kind = kindOf(header, extended, size);
    if (kind === 'link' || kind === 'device') count(`${kind}sLeftOut`);
    if (kind === 'folder' || kind === 'link' || kind === 'device' || kind === 'label') {
      yield* this.#pass(size + paddingOf(size));
      return;
    }
    const name = this.#nameOf(extended.name);
    const isWanted = this.#settings.selection.wants({ name, size });
    count(isWanted ? 'files' : 'filesLeftOut');
    if (isWanted) {
      this.#assertReadable(kind, header);
      yield part(name);
    }
    if (header.hasMap) yield* this.#map();
    yield* this.#data(size, isWanted);
    this.#name = undefined;
  }

  #nameOf(bytes: Uint8Array): string {
    this.#assertNameLength(bytes.length);
    const name = tarName(bytes);
    const unsafe = unsafeName(name) ?? (bytes.at(-1) === SLASH ? 'is that of a folder, and it has content' : undefined);
    if (unsafe !== undefined) {
      const what = `The name of ${this.#which} ${unsafe}. Ask the sender for a new archive.`;
      throw this.#fail('TAR_NAME_UNSAFE', what, { content: { name } });
    }
    this.#name = name;
    if (this.#names.has(name)) {
      const what = `The archive has another entry with the name of ${this.#which}, as after an update of the archive.`;
      throw this.#fail('TAR_ENTRY_DUPLICATE', `${what} Ask the sender for one that has it once.`);
    }
    this.#names.add(name);
    return name;
  }

  #assertNameLength(length: number): void {
    const { maxNameBytes } = this.#settings;
    if (length <= maxNameBytes) return;
    const what = `A name in the archive has ${length} bytes, more than ${maxNameBytes}. Raise maxNameBytes.`;
    throw this.#fail('TAR_NAME_TOO_LONG', what, { maxNameBytes });
  }

  #assertReadable(kind: TarKind, { type }: TarHeader): void {
    switch (kind) {
      case 'sparse': {
        const what = `Entry ${this.#entries} of the archive is a sparse file, which is not supported.`;
        throw this.#fail('TAR_SPARSE', `${what} Ask the sender to create the archive without --sparse.`);
      }
      case 'volume': {
        const what = `Entry ${this.#entries} of the archive continues a file of another volume, which is not supported.`;
        throw this.#fail('TAR_VOLUME', `${what} Ask the sender for an archive in one piece.`);
      }
      case 'unknown': {
        const what = `Entry ${this.#entries} of the archive has type ${type}, which is not supported.`;
        throw this.#fail('TAR_TYPE_UNSUPPORTED', `${what} Leave it out with entries, or ask for a ustar archive.`, {
          type,
        });
      }
      default:
    }
  }

  /** Only zeros may follow the first block of zeros: POSIX asks for another one, and most programs fill up to 10 KiB. */
  *#end(): Reading<void> {
    const { failsOnMissing, failsOnTrailing, selection, count } = this.#settings;
    assertNoneMissing('tar', failsOnMissing ? selection.missing() : []);
    const trailing = (): MillraceError =>
      this.#fail(
        'COMPRESSION_TRAILING_DATA',
        'Other bytes follow the tar archive, such as another archive. Ask the sender for one archive, or set onTrailing.',
      );
    const hasTrailing = yield* passTrailing(this.#input, isZero, failsOnTrailing ? trailing : undefined);
    if (hasTrailing) count('archivesWithTrailingData');
  }

  /** Passes the blocks that continue the map of a sparse file. */
  *#map(): Reading<void> {
    for (let hasMore = true; hasMore;) {
      while (this.#input.length < BLOCK_BYTES) yield* this.#more();
      hasMore = hasMoreMap(this.#input.take(BLOCK_BYTES));
    }
  }

  *#data(size: number, isWanted: boolean): Outputs {
    for (let left = size; left > 0;) {
      if (this.#input.length === 0) yield* this.#more();
      const output = this.#input.take(Math.min(left, OUTPUT_BYTES));
      left -= output.length;
      this.#settings.produced(output.length, this.#input.offset);
      if (isWanted) yield output;
    }
    yield* this.#pass(paddingOf(size));
  }

  /** The content of a header, as one piece; its length is within a limit. */
  *#content(size: number): Reading<Uint8Array> {
    const content = new Uint8Array(size);
    for (let at = 0; at < size;) {
      if (this.#input.length === 0) yield* this.#more();
      const piece = this.#input.take(size - at);
      content.set(piece, at);
      at += piece.length;
    }
    return content;
  }

  *#pass(length: number): Reading<void> {
    for (let left = length; left > 0;) {
      if (this.#input.length === 0) yield* this.#more();
      left -= this.#input.take(left).length;
    }
  }

  *#more(): Reading<void> {
    if (this.#input.isEnded) {
      const what = 'The tar archive ends before it is complete. Ask the sender for a new copy.';
      throw this.#fail('COMPRESSION_TRUNCATED', what);
    }
    yield MORE;
  }

  #sizeOf(size: number | undefined): number {
    if (size === undefined) throw this.#corrupt('the size of an entry is not a number');
    return size;
  }

  /** How messages name the entry that is being read: by its number, from 1. Its name is content. */
  get #which(): string {
    return `entry ${this.#entries} of the archive`;
  }

  #corrupt(what: string): MillraceError {
    return this.#fail('COMPRESSION_CORRUPT', `The tar archive is damaged: ${what}. Ask the sender for a new copy.`);
  }

  #fail(code: string, message: string, details?: object): MillraceError {
    return new MillraceError(code, message, {
      part: this.#name,
      details: { format: 'tar', offset: this.#input.offset, entry: this.#entries, ...details },
    });
  }
}

/** What an entry is: records say more of a file than its type, and before POSIX a folder was a file with a slash at its end. */
function kindOf({ kind }: TarHeader, extended: Extended, size: number): TarKind {
  if (kind !== 'file') return kind;
  if (extended.kind !== undefined) return extended.kind;
  return size === 0 && extended.name.at(-1) === SLASH ? 'folder' : kind;
}

/** Bytes after a content up to the next block. */
function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}
