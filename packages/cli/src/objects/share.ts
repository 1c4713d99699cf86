import { MillraceError } from '@millrace/core';

/** One of several equal shares of a listing, so that several machines can divide it without talking to each other. */
export interface Share {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/**
 * Reads `1/4`.
 *
 * @throws MillraceError `CLI_ARGUMENT_INVALID`
 */
export function parseShare(text: string): Share {
  const [, number, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const share = { number: Number(number), of: Number(of) };
  if (share.number >= 1 && share.number <= share.of) return share;
  throw new MillraceError(
    'CLI_ARGUMENT_INVALID',
    `--share is ${JSON.stringify(text)}, which is not a share. Write 1/4 for the first of four.`,
  );
}

/** Whether an object belongs to a share. It depends on the object's description alone, so each object is in exactly one share. */
export function isInShare(described: string, { number, of }: Share): boolean {
  // FNV-1a, and a last mixing so that the low bits depend on all characters.
  let hash = 0x811c9dc5;
  for (let at = 0; at < described.length; at += 1) hash = Math.imul(hash ^ described.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  return (Math.imul(hash, 0x85ebca6b) >>> 0) % of === number - 1;
}
