/** Counted for each value beside the length of its text. As `exactWeight` counts. */
const VALUE_BYTES = 24;

/** Maximum number of values to inspect. Records that DynamoDB accepts rarely have more. */
const MAX_VALUES = 20_000;

/**
 * Memory that a record takes, roughly: what bounds a write of packs. It looks at a record that is not checked yet, which
 * may hold itself, several times over, or anything; so it looks at no more than so many values.
 */
export function roughBytes(record: unknown): number {
  const waiting: unknown[] = [record];
  let bytes = 0;
  for (let seen = 0; waiting.length > 0 && seen < MAX_VALUES; seen += 1) {
    const value = waiting.pop();
    bytes += VALUE_BYTES;
    if (typeof value === 'string') bytes += value.length;
    if (typeof value !== 'object' || value === null) continue;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) bytes += value.byteLength;
    else if (Array.isArray(value) || value instanceof Set) for (const member of value) waiting.push(member);
    else if (value instanceof Map) for (const member of value.values()) waiting.push(member);
    else {
      const fields = value as Readonly<Record<string, unknown>>;
      for (const name of Object.keys(fields)) {
        bytes += name.length;
        waiting.push(fields[name]);
      }
    }
  }
  return bytes;
}
