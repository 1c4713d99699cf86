/**
 * Characters of a file's context, such as its header, that a rejection keeps at most for its replay. Each rejected record of the file
 * keeps it, so a large one would fill the quarantine with copies of itself.
 */
export const MAX_CONTEXT_CHARS = 16_384;

/** Returns whether names are few and short enough to go along with each rejection. */
export function areKept(names: readonly string[]): boolean {
  let chars = 0;
  for (const name of names) chars += name.length;
  return chars <= MAX_CONTEXT_CHARS;
}

const judged = new WeakMap<object, boolean>();

/** Returns whether a value is small enough to go along with each rejection. It is judged once. */
export function isKept(value: object): boolean {
  let kept = judged.get(value);
  if (kept === undefined) {
    kept =
      JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}` : (one as unknown))).length <=
      MAX_CONTEXT_CHARS;
    judged.set(value, kept);
  }
  return kept;
}
