import { check, checkOptions, type Feed, MillraceError } from '@millrace/core';
import type { ObjectRef } from './object-ref.ts';

/** Which objects go to a feed: those that fit every condition given. Without any condition, all do. */
export interface Route {
  /** Name of the bucket. @default any bucket */
  readonly bucket?: string;
  /** What the key starts with; the key as it is in the bucket, not as the event encodes it. @default any */
  readonly prefix?: string;
  /** What the key ends with. @default any */
  readonly suffix?: string;
  readonly feed: Feed<ObjectRef>;
}

export interface RoutesOptions {
  /**
   * What to do with an object that no route matches: `'fail'` it with `LAMBDA_ROUTE_MISSING`, `'ignore'` it, which is
   * logged and counted, or give it to a feed. There is no default: both losing objects and failing on them surprise.
   */
  readonly unmatched: 'fail' | 'ignore' | Feed<ObjectRef>;
}

/** Made by {@link routes}; `toS3Handler` takes it in the place of a feed. */
export interface RouteTable {
  readonly feedFor: (ref: ObjectRef) => Feed<ObjectRef> | 'fail' | 'ignore';
}

/**
 * Gives each object of an event to the feed that its bucket and key belong to. Two routes that could both match one key
 * are refused, so the order of routes never matters; for "everything else" there is `unmatched`.
 *
 * @throws MillraceError `LAMBDA_ROUTES_OVERLAP` where two routes could match the same object
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function routes(table: readonly Route[], options: RoutesOptions): RouteTable {
  checkTable(table);
  checkOptions<Partial<RoutesOptions>>('routes', options ?? {}, {
    unmatched: (value) =>
      value === 'fail' || value === 'ignore' ? undefined : checkFeed(value) && "'fail', 'ignore' or a feed",
  });
  const own = table.map((route) => ({ ...route }));
  const { unmatched } = options;
  return Object.freeze({
    feedFor: (ref: ObjectRef) => own.find((route) => matches(route, ref))?.feed ?? unmatched,
  });
}

/** Answers what was expected where the value is no feed. */
export function checkFeed(value: unknown): string | undefined {
  const feed = value as Partial<Feed<ObjectRef>> | null | undefined;
  return typeof feed?.run === 'function' && typeof feed.name === 'string' ? undefined : 'a feed';
}

function matches({ bucket, prefix = '', suffix = '' }: Route, ref: ObjectRef): boolean {
  return (bucket === undefined || bucket === ref.bucket) && ref.key.startsWith(prefix) && ref.key.endsWith(suffix);
}

function checkTable(table: readonly Route[]): void {
  if (!Array.isArray(table) || table.length === 0) {
    throw new MillraceError('OPTION_INVALID', 'routes takes an array of at least one route.');
  }
  for (const [index, route] of table.entries()) {
    checkOptions<Route>(`routes: route ${index}`, route, {
      bucket: check.optional(check.text),
      prefix: check.optional(check.text),
      suffix: check.optional(check.text),
      feed: checkFeed,
    });
    const other = table.slice(0, index).findIndex((earlier) => overlap(earlier, route));
    if (other === -1) continue;
    throw new MillraceError(
      'LAMBDA_ROUTES_OVERLAP',
      `Routes ${other} (${describe(table[other]!)}) and ${index} (${describe(route)}) could match the same object. Make ` +
        'their prefixes or suffixes differ, or leave one out and name its feed as unmatched.',
      { details: { routes: [other, index] } },
    );
  }
}

/**
 * Whether some object matches both. It does where the buckets agree, one prefix begins with the other and one suffix ends
 * with the other: the longer prefix followed by the longer suffix is then such a key.
 */
function overlap(a: Route, b: Route): boolean {
  const { prefix: aPrefix = '', suffix: aSuffix = '' } = a;
  const { prefix: bPrefix = '', suffix: bSuffix = '' } = b;
  return (
    (a.bucket === undefined || b.bucket === undefined || a.bucket === b.bucket) &&
    (aPrefix.startsWith(bPrefix) || bPrefix.startsWith(aPrefix)) &&
    (aSuffix.endsWith(bSuffix) || bSuffix.endsWith(aSuffix))
  );
}

function describe({ bucket = '*', prefix = '', suffix = '', feed }: Route): string {
  return `s3://${bucket}/${prefix}*${suffix} to ${feed.name}`;
}
