/*
 * How packs are named among the places of their object. No place of a record has a plus sign. Every name can be computed
 * from the number of records and branches, so that the packs of a version can be found again without them.
 */

/** Names the pack of ordinals `[first, first + length)`. */
export function packKey(first: number, length: number): string {
  return `${first}+${length}`;
}

/** Names a pack of some branches of one ordinal by the first of them. */
export function branchPackKey(ordinal: number, branch: string): string {
  return `${ordinal}.${branch}+`;
}
