import type { ByteQueue } from './byte-queue.ts';
import { MORE } from './more-input.ts';
import { nextZipFile } from './program-mark.ts';
import { fileHeader, LENGTHS } from './zip-records.ts';

/** The highest number of a method. */
const LAST_METHOD = 99;

/** Passes the bytes before the first file of a zip archive; returns whether there is one. */
export function* skipPrefix(input: ByteQueue, maxNameBytes: number): Generator<typeof MORE, boolean, undefined> {
  for (;;) {
    while (input.length < LENGTHS.file) {
      if (input.isEnded) return false;
      yield MORE;
    }
    const bytes = input.rest();
    const at = nextZipFile(bytes, 0);
    if (at === 0 && mayBeFile(bytes, maxNameBytes)) return true;
    // The last three bytes may begin a signature.
    input.take(at === undefined ? bytes.length - 3 : Math.max(1, at));
  }
}

/** Whether a header can be one: a program that extracts an archive has the signature in its own code. */
function mayBeFile(bytes: Uint8Array, maxNameBytes: number): boolean {
  const { method, hasDescriptor, nameLength, packedSize, size } = fileHeader(bytes);
  if (nameLength === 0 || nameLength > maxNameBytes || method > LAST_METHOD) return false;
  return method !== 0 || hasDescriptor || packedSize === size;
}
