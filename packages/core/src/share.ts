import type { OptionCheck } from './check-options.ts';

const MOST_SHARES = 10_000;

/** Checks the option `share` of a listing, such as `1/4`. For plugin authors. */
export const isShare: OptionCheck = (value) => {
  const [, share, of] = (typeof value === 'string' && /^(\d{1,5})\/(\d{1,5})$/.exec(value)) || [];
  const fits = Number(share) >= 1 && Number(share) <= Number(of) && Number(of) <= MOST_SHARES;
  return fits ? undefined : `the number of a share and of all, such as "1/4", of at most ${MOST_SHARES}`;
};

/**
 * Returns which names are in a share of a listing, so that several processes can divide one. The shares are stable: a name is in
 * the same one at every listing, whatever else is listed, and in exactly one of them. For plugin authors.
 *
 * @param share as {@link isShare} accepts it
 * @example
 * const isMine = inShare('1/4');
 * const mine = keys.filter(isMine);
 */
export function inShare(share: string): (name: string) => boolean {
  const [number = 1, of = 1] = share.split('/').map(Number);
  return (name) => hash(name) % of === number - 1;
}

/** FNV-1a of the UTF-16 code units, and the last step of MurmurHash3, which spreads names that differ in their ends only. */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    value = Math.imul(value ^ name.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
