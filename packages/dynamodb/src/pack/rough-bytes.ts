import { MAX_LEVELS } from '../limits.ts';

/** Counted for each value beside the length of its text. */
const VALUE_BYTES = 8;

/**
 * Memory that a record takes, roughly: what bounds a write of packs. It looks at a record that is not checked yet, which
 * may hold itself.
 */
export function roughBytes(value: unknown, level = 0): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length;
  if (typeof value !== 'object' || value === null || level > MAX_LEVELS) return VALUE_BYTES;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return VALUE_BYTES + value.byteLength;
  let bytes = VALUE_BYTES;
  if (Array.isArray(value) || value instanceof Set) {
    for (const member of value) bytes += roughBytes(member, level + 1);
  } else if (value instanceof Map) {
    for (const member of value.values()) bytes += roughBytes(member, level + 1);
  } else {
    const fields = value as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(fields)) bytes += name.length + roughBytes(fields[name], level + 1);
  }
  return bytes;
}
