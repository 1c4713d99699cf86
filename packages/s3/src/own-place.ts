import type { ClientHolder } from './client-holder.ts';

const PLACE: unique symbol = Symbol.for('@millrace/s3/place');

/**
 * What a plugin of this package works with. It is data, so that what looks at buckets is not in the bundle of a function that only
 * reads from one.
 */
export interface OwnPlace {
  readonly client: ClientHolder;
  /** Where it writes. A source reads where it is told to. */
  readonly target?: { readonly bucket: string; readonly prefix: string };
}

/** A property that tells a plugin's place. It is copied with the others when a plugin is wrapped. */
export function withPlace(place: OwnPlace): { readonly [PLACE]: OwnPlace } {
  return { [PLACE]: place };
}

export function placeOf(plugin: object): OwnPlace | undefined {
  return (plugin as { readonly [PLACE]?: OwnPlace })[PLACE];
}

/**
 * The bucket that an `s3Sink` or `s3Quarantine` writes to; `undefined` for other plugins.
 *
 * @example
 * const bucket = ownBucket(quarantine);
 */
export function ownBucket(plugin: object): string | undefined {
  return placeOf(plugin)?.target?.bucket;
}
