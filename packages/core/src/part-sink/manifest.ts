import { MillraceError } from '../millrace-error.ts';
import type { PlannedGroup } from './plan-parts.ts';
import { positionRanges } from './positions.ts';

/** A part that holds records of a group. */
export interface ManifestPart {
  readonly key: string;
  readonly records: number;
  /** As stored, in bytes. */
  readonly size: number;
}

/** What was written for a group of ordinals of an item. */
interface Manifest {
  readonly version: 1;
  readonly feed: string;
  readonly item: { readonly id: string; readonly uri: string };
  /** The positions that are in `parts`, such as `0-16,18,20.0`. */
  readonly positions: string;
  readonly parts: readonly ManifestPart[];
}

export function manifestText({ feed, origin, positions }: PlannedGroup, parts: readonly ManifestPart[]): string {
  const { id, uri } = origin;
  const manifest: Manifest = { version: 1, feed, item: { id, uri }, positions: positionRanges(positions), parts };
  return `${JSON.stringify(manifest)}\n`;
}

/**
 * Returns the positions that a manifest lists.
 *
 * @throws MillraceError `PART_MANIFEST_INVALID`
 */
export function positionsOf(text: string | undefined, key: string): string {
  if (text === undefined) return '';
  try {
    const { positions } = JSON.parse(text) as Manifest;
    if (typeof positions === 'string') return positions;
  } catch {
    // What it holds instead does not matter here.
  }
  throw manifestInvalid(key);
}

export function manifestInvalid(key: string): MillraceError {
  return new MillraceError(
    'PART_MANIFEST_INVALID',
    `${key} must hold a manifest or a note of this sink, and holds something else. Move it away, and deliver the object again.`,
    { details: { key } },
  );
}
