import type { Rejection, Quarantine } from '../../rejection.ts';
import type { Sink } from '../../sink.ts';

/** How large a write may be, and how large a record is. */
export type Sizing<T> = Pick<Sink<T>, 'limits' | 'sizeOf'>;

/** Bytes that one write to a quarantine may have if it sets no limit of its own. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Bytes that a rejection takes beside its record, about. */
const OVERHEAD = 512;

/**
 * The sizes of a quarantine, with a limit of bytes even if it sets none. A rejection holds the raw text of its record, so a
 * limit of records alone would let large records fill the memory.
 */
export function quarantineSizing({ limits, sizeOf }: Quarantine): Sizing<Rejection> {
  if (limits?.bytes !== undefined && sizeOf !== undefined) return { limits, sizeOf };
  return { limits: { ...limits, bytes: MAX_BYTES }, sizeOf: aboutSizeOf };
}

/** The raw text in UTF-16 units, and as much again for the value that was made of it. */
function aboutSizeOf(rejection: Rejection): number {
  const raw = rejection.raw?.length ?? 0;
  return OVERHEAD + ('value' in rejection ? 2 * raw : raw);
}
