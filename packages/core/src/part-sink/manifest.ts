import { MillraceError } from '@millrace/core';
import type { PlannedGroup } from './part-plan.ts';
import { positionRanges } from './positions.ts';

/** An object that holds records of a group. */
export interface ManifestPart {
  readonly key: string;
  readonly records: number;
  /** As stored, in bytes. */
  readonly size: number;
}

/** What was written for a group of ordinals of an item. */
export interface Manifest {
  readonly version: 1;
  readonly feed: string;
  readonly item: { readonly id: string; readonly uri: string };
  /** The positions that are in `parts`, such as `0-16,18,20.0`. */
  readonly positions: string;
  readonly parts: readonly ManifestPart[];
}

export function manifestText({ feed, item, positions }: PlannedGroup, parts: readonly ManifestPart[]): string {
  const { id, uri } = item;
  const manifest: Manifest = { version: 1, feed, item: { id, uri }, positions: positionRanges(positions), parts };
  return `${JSON.stringify(manifest)}\n`;
}

/**
 * The positions that a manifest tells. It is read again by this package only.
 *
 * @throws MillraceError `S3_MANIFEST_INVALID`
 */
export function positionsOf(text: string | undefined, uri: string): string {
  if (text === undefined) return '';
  try {
    const { positions } = JSON.parse(text) as Manifest;
    if (typeof positions === 'string') return positions;
  } catch {
    // What it holds instead is nobody's business here.
  }
  throw manifestInvalid(uri);
}

export function manifestInvalid(uri: string): MillraceError {
  return new MillraceError(
    'S3_MANIFEST_INVALID',
    `${uri} should hold a manifest or a note of this sink, and holds something else. Move it away, and deliver the object again.`,
    { details: { uri } },
  );
}
