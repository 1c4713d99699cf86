import { MillraceError } from '@millrace/core';
import type { ByteQueue } from './byte-queue.ts';
import { OUTPUT_BYTES } from './engine.ts';
import { MORE } from './more-input.ts';

/**
 * Passes what follows an archive, up to the end of the input; returns whether anything did.
 *
 * @param isPadding whether bytes may always follow
 * @param trailing makes the error for other bytes; `undefined` if they are to be ignored
 */
export function* passTrailing(
  input: ByteQueue,
  isPadding: (bytes: Uint8Array) => boolean,
  trailing: (() => Error) | undefined,
): Generator<typeof MORE, boolean, undefined> {
  for (let hasTrailing = false; ;) {
    const rest = input.take(OUTPUT_BYTES);
    if (rest.length === 0) {
      if (input.isEnded) return hasTrailing;
      yield MORE;
      continue;
    }
    hasTrailing ||= !isPadding(rest);
    if (hasTrailing && trailing !== undefined) throw trailing();
  }
}

/** @throws MillraceError `ZIP_ENTRY_MISSING`, `TAR_ENTRY_MISSING` if something is missing */
export function assertNoneMissing(format: 'zip' | 'tar', missing: readonly string[]): void {
  if (missing.length === 0) return;
  const what = `The archive does not have ${missing.join(', ')}. Find out why it was not sent, or set onMissing.`;
  throw new MillraceError(format === 'zip' ? 'ZIP_ENTRY_MISSING' : 'TAR_ENTRY_MISSING', what, {
    details: { format, missing },
  });
}
