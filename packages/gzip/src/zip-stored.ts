import type { ByteQueue } from './byte-queue.ts';
import { OUTPUT_BYTES } from './engine.ts';
import type { MORE } from './more-input.ts';
import {
  DESCRIPTOR_BYTES,
  descriptorLength,
  type FileFacts,
  isNextRecord,
  signatureOf,
  SIGNATURES,
  viewOf,
} from './zip-records.ts';

/** What reading stored data of unknown length needs to know. */
export interface StoredSettings {
  /** Returns at least so many bytes of the input, which stay. */
  readonly peek: (length: number) => Generator<typeof MORE, Uint8Array, undefined>;
  /** What the data up to here gives, with so many bytes. */
  readonly facts: (length: number) => FileFacts;
  /** Whether the data can be an archive itself, in which files begin, too. */
  readonly isArchive: boolean;
  /** Makes the error for what may be the next file, without a descriptor before it. */
  readonly uncertain: () => Error;
}

/**
 * Reads data that is stored without its length in front: it ends before a descriptor, signed or not, that has its CRC-32 and its
 * length. If a file or the directory seems to begin in the data before that, it stops: it never yields what may be another file's.
 */
export function* storedUpToDescriptor(
  input: ByteQueue,
  { peek, facts, isArchive, uncertain }: StoredSettings,
): Generator<Uint8Array | typeof MORE, void, undefined> {
  const isInner = isArchive && signatureOf(yield* peek(DESCRIPTOR_BYTES)) === SIGNATURES.file;
  for (let length = 0; ;) {
    yield* peek(DESCRIPTOR_BYTES);
    const bytes = input.rest().subarray(0, OUTPUT_BYTES);
    const view = viewOf(bytes);
    let at = 0;
    const last = bytes.length - DESCRIPTOR_BYTES;
    while (at <= last && !mayEnd(view, at, length + at)) at++;
    if (at === 0) {
      if (descriptorLength(bytes, facts(length)) !== undefined) return;
      if (!isInner && isNextRecord(view, 0)) throw uncertain();
      at = 1;
    }
    length += at;
    yield input.take(at);
  }
}

/** Whether data of so many bytes may end here: with a descriptor, or with the next record if that is missing. */
function mayEnd(view: DataView, at: number, length: number): boolean {
  if (view.getUint8(at) === 0x50) {
    const signature = view.getUint32(at, true);
    if (signature === SIGNATURES.descriptor || isNextRecord(view, at)) return true;
  }
  const low = length % 2 ** 32;
  if (view.getUint8(at + 4) !== (low & 255) || view.getUint32(at + 4, true) !== low) return false;
  return view.getUint32(at + 8, true) === low || view.getUint32(at + 12, true) === low;
}
