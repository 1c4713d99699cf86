import { type Feed, MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ObjectRef } from './object-ref.ts';
import { fits, patternsOverlap } from './route-overlap.ts';

/** Which objects go to a feed: those that fit every condition given. Without any condition, all do. */
export interface Route {
  /** Name of the bucket. @default any bucket */
  readonly bucket?: string;
  /** What the key starts with; the key as it is in the bucket, not as the event encodes it. @default any */
  readonly prefix?: string;
  /** What the key ends with. @default any */
  readonly suffix?: string;
  /**
   * Asked where the other conditions fit: whether the object does, too. It is called once for each object and must answer
   * the same whenever it is asked. Where it throws, or answers neither true nor false, the object fails. @default all do
   */
  readonly when?: (ref: ObjectRef) => boolean;
  readonly feed: Feed<ObjectRef>;
}

export interface RoutesOptions {
  /**
   * What to do with an object that no route matches: `'fail'` it with `LAMBDA_ROUTE_MISSING`, `'ignore'` it, which is
   * logged and counted, or give it to a feed. There is no default: both losing objects and failing on them surprise.
   */
  readonly unmatched: 'fail' | 'ignore' | Feed<ObjectRef>;
  /**
   * Let routes overlap: an object goes to the feed of every route that it matches, one after the other and to each feed
   * once. It is done where all of them are. @default false: routes that overlap are refused
   */
  readonly fanOut?: boolean;
}

/** Made by {@link routes}; a handler takes it in the place of a feed. */
export interface RouteTable {
  /** Every feed that an object may go to, so that a handler can check its options with them when it is made. @default unknown */
  readonly feeds?: readonly Feed<ObjectRef>[];
  /**
   * The feeds that an object belongs to.
   *
   * @throws MillraceError `LAMBDA_ROUTES_OVERLAP` where several routes match, by their predicates, without `fanOut`
   */
  readonly feedsFor: (ref: ObjectRef) => readonly Feed<ObjectRef>[] | 'fail' | 'ignore';
}

/**
 * Gives each object of an event to the feed that its bucket and key belong to. Two routes that could both match one key
 * are refused, so the order of routes never matters; for "everything else" there is `unmatched`.
 *
 * Predicates cannot be compared here. Where a route with one could overlap with another, each object is looked at, and
 * fails with the same code where more than one route matches it.
 *
 * @throws MillraceError `LAMBDA_ROUTES_OVERLAP` where two routes could match the same object
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function routes(table: readonly Route[], options: RoutesOptions): RouteTable {
  checkOptions<Partial<RoutesOptions>>('routes', options ?? {}, {
    unmatched: (value) =>
      value === 'fail' || value === 'ignore' ? undefined : checkFeed(value) && "'fail', 'ignore' or a feed",
    fanOut: check.optional(check.flag),
  });
  const { unmatched, fanOut = false } = options;
  checkTable(table, fanOut);
  const own = table.map((route) => ({ ...route }));
  const rest = typeof unmatched === 'string' ? unmatched : [unmatched];
  return Object.freeze({
    feeds: [...new Set([...own.map(({ feed }) => feed), ...(typeof rest === 'string' ? [] : rest)])],
    feedsFor: (ref: ObjectRef) => {
      const matching = own.filter((route) => fits(route, ref) && asked(route, ref));
      const [first, second] = matching;
      if (first === undefined) return rest;
      if (second !== undefined && !fanOut) throw bothMatch(ref, own.indexOf(first), own.indexOf(second));
      return [...new Set(matching.map(({ feed }) => feed))];
    },
  });
}

/** Answers what was expected where the value is no feed. */
export function checkFeed(value: unknown): string | undefined {
  const feed = value as Partial<Feed<ObjectRef>> | null | undefined;
  return typeof feed?.run === 'function' && typeof feed.name === 'string' ? undefined : 'a feed';
}

function checkTable(table: readonly Route[], fanOut: boolean): void {
  if (!Array.isArray(table) || table.length === 0) {
    throw new MillraceError('OPTION_INVALID', 'routes takes an array of at least one route.');
  }
  for (const [index, route] of table.entries()) {
    checkOptions<Route>(`routes: route ${index}`, route, {
      bucket: check.optional(check.text),
      prefix: check.optional(check.text),
      suffix: check.optional(check.text),
      when: check.optional(check.callback),
      feed: checkFeed,
    });
    if (fanOut || route.when !== undefined) continue;
    const other = table.slice(0, index).findIndex((earlier) => !earlier.when && patternsOverlap(earlier, route));
    if (other === -1) continue;
    throw new MillraceError(
      'LAMBDA_ROUTES_OVERLAP',
      `Routes ${other} (${describe(table[other]!)}) and ${index} (${describe(route)}) could match the same object. Make ` +
        'their prefixes or suffixes differ, leave one out and name its feed as unmatched, or ask for fanOut.',
      { details: { routes: [other, index] } },
    );
  }
}

/** A promise is truthy: an asynchronous predicate would match everything without a sound. */
function asked({ when, feed }: Route, ref: ObjectRef): boolean {
  if (when === undefined) return true;
  const answer: unknown = when(ref);
  if (typeof answer === 'boolean') return answer;
  throw new MillraceError('OPTION_INVALID', `The predicate of a route to ${feed.name} must answer true or false.`);
}

function bothMatch({ bucket, key }: ObjectRef, first: number, second: number): MillraceError {
  return new MillraceError(
    'LAMBDA_ROUTES_OVERLAP',
    `Routes ${first} and ${second} both match bucket ${bucket} and key ${key}. Make their predicates exclude each other, or ` +
      'ask for fanOut.',
    { details: { routes: [first, second], bucket, key } },
  );
}

function describe({ bucket = '*', prefix = '', suffix = '', feed }: Route): string {
  return `s3://${bucket}/${prefix}*${suffix} to ${feed.name}`;
}
