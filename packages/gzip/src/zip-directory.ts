import type { MillraceError } from '@millrace/core';
import type { ByteQueue } from './byte-queue.ts';
import type { MORE } from './more-input.ts';
import { zipName } from './zip-name.ts';
import {
  agrees,
  type DirectoryEnd,
  directoryEnd,
  directoryEnd64,
  directoryHeader,
  type DirectoryHeader,
  type FileFacts,
  LENGTHS,
  locatedEnd64,
  signatureOf,
  SIGNATURES,
  withZip64,
} from './zip-records.ts';

/** Makes an error of this archive. */
export type ZipFail = (code: string, message: string, details?: object, cause?: unknown) => MillraceError;

/** A file that was read, and whether the directory has named it. */
export interface ListedFile extends FileFacts {
  readonly name: string;
  isListed: boolean;
}

/**
 * Reads the directory after the files, up to the end of the archive. It must list exactly the files that were read, with the
 * same names, sizes, CRC-32 and offsets: so nothing was read that the archive does not hold, and nothing is left unread.
 *
 * @param prefix how many bytes there are before the first file. Offsets count from the item's beginning, or from that file.
 */
export function* readDirectory(
  input: ByteQueue,
  files: ReadonlyMap<number, ListedFile>,
  prefix: number,
  peek: (length: number) => Generator<typeof MORE, Uint8Array, undefined>,
  fail: ZipFail,
): Generator<typeof MORE, void, undefined> {
  const take = function* (length: number): Generator<typeof MORE, Uint8Array, undefined> {
    yield* peek(length);
    return input.take(length);
  };
  const pass = function* (length: number): Generator<typeof MORE, void, undefined> {
    for (let left = length; left > 0; left -= input.take(left).length) yield* peek(1);
  };
  const mismatch = (what: string, details?: object): Error =>
    fail(
      'ZIP_DIRECTORY_MISMATCH',
      `The directory at the archive's end ${what}. Ask the sender to create the archive again.`,
      details,
    );

  const start = input.offset;
  let listed = 0;
  let base = prefix === 0 ? 0 : undefined;
  const fileAt = (header: DirectoryHeader, name: string): ListedFile | undefined => {
    const counted = files.get(header.offset);
    base ??= counted !== undefined && isSame(counted, header, name) ? 0 : prefix;
    const file = files.get(header.offset + base);
    return file !== undefined && !file.isListed && isSame(file, header, name) ? file : undefined;
  };
  while (signatureOf(yield* peek(4)) === SIGNATURES.directory) {
    const fixed = directoryHeader(yield* take(LENGTHS.directory));
    const name = zipName(yield* take(fixed.nameLength));
    const header = withZip64(fixed, yield* take(fixed.extraLength));
    yield* pass(fixed.commentLength);
    const file = header && fileAt(header, name);
    if (file === undefined) {
      throw mismatch(`differs from the files themselves in its entry ${listed + 1}`, {
        entry: listed + 1,
        content: { name },
      });
    }
    file.isListed = true;
    listed += 1;
  }
  const size = input.offset - start;
  const assertAgrees = (end: DirectoryEnd, hasZip64: boolean): void => {
    if (!agrees(end, files.size, size, start - (base ?? 0), hasZip64))
      throw mismatch('has another number or offset of its files');
  };
  let signature = signatureOf(yield* peek(4));
  const assertEnd = (): void => {
    if (signature === SIGNATURES.end) return;
    const what =
      'The zip archive has other bytes in the place of a file or its directory. Ask the sender for a new copy.';
    throw fail('COMPRESSION_CORRUPT', what);
  };
  const hasZip64 = signature === SIGNATURES.end64;
  if (!hasZip64) assertEnd();
  for (const [index, { name, isListed }] of [...files.values()].entries()) {
    if (isListed) continue;
    throw mismatch(`does not list entry ${index + 1}: it may have been deleted`, {
      entry: index + 1,
      content: { name },
    });
  }

  if (hasZip64) {
    const offset = input.offset;
    const end64 = directoryEnd64(yield* take(LENGTHS.end64));
    assertAgrees(end64, false);
    yield* pass(Math.max(0, end64.restLength));
    const locator = yield* take(LENGTHS.locator64);
    if (signatureOf(locator) !== SIGNATURES.locator64 || locatedEnd64(locator) !== offset - (base ?? 0)) {
      throw mismatch('is not at the offset that its locator has');
    }
    signature = signatureOf(yield* peek(4));
  }
  assertEnd();
  const end = directoryEnd(yield* take(LENGTHS.end));
  assertAgrees(end, hasZip64);
  yield* pass(end.commentLength);
}

function isSame(file: ListedFile, header: DirectoryHeader, name: string): boolean {
  return (
    file.name === name &&
    file.method === header.method &&
    file.isEncrypted === header.isEncrypted &&
    file.crc === header.crc &&
    file.packedSize === header.packedSize &&
    file.size === header.size
  );
}
