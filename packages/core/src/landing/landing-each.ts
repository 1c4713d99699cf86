import { check, checkOptions } from '../check-options.ts';
import type { Each } from '../each.ts';
import { MillraceError } from '../millrace-error.ts';
import type { ItemOrigin } from '../origin.ts';
import type { RecordContext } from '../record-context.ts';
import { signatureOf } from '../signature.ts';
import type { LandingKeys } from './landing-keys.ts';
import { type LandingNames, landingNames } from './landing-names.ts';
import { landingNamespace, landingVersion, placesOf } from './landing-uuid.ts';
import { namesIn, type NameUuid } from './name-uuid.ts';

/** Where the record's own attributes stand: under one attribute, or beside those that landing adds. */
export type LandingLayout = 'nested' | 'flat';

/** What landing makes of a record of type `T`. */
export type Landed<
  T,
  N extends Partial<LandingNames> = NonNullable<unknown>,
  L extends LandingLayout = 'nested',
> = Plain<
  { readonly [K in NameIn<N, 'uuid' | 'upload_date' | 'feed' | 'source' | 'source_version'>]: string } & {
    readonly [K in NameIn<N, 'ordinal'>]: number;
  } & { readonly [K in NameIn<N, 'branch' | 'source_part'>]?: string } & {
    readonly [K in Exclude<NameIn<N, 'generation'>, L extends 'flat' ? keyof T : never>]?: number;
  } & (L extends 'flat' ? T : { readonly [K in NameIn<N, 'record'>]: T })
>;

type NameIn<N, K extends keyof LandingNames> = K extends unknown
  ? N extends { readonly [P in K]: infer V extends string }
    ? V
    : K
  : never;

/** Shows an intersection as the one object that it is. */
type Plain<T> = { [K in keyof T]: T[K] } & NonNullable<unknown>;

export interface LandingOptions<
  T,
  N extends Partial<LandingNames> = NonNullable<unknown>,
  L extends LandingLayout = 'nested',
> {
  /** Other names for the attributes that landing adds. @default uuid, upload_date, feed, source, source_version, source_part, ordinal, branch, generation, record */
  readonly names?: N;
  /** `nested` keeps the record under one attribute; `flat` spreads it, and refuses one that uses a landing name. @default 'nested' */
  readonly layout?: L;
  /**
   * What the key is made from. `place`: the object's version, and the record's place in it; the same file delivered again
   * overwrites itself. `content`: the feed, and all that the record holds; equal records become one. A callback: the
   * feed, and the text it answers; later records overwrite earlier ones of the same text. @default 'place'
   */
  readonly key?: 'place' | 'content' | ((value: T, record: RecordContext) => string);
}

/**
 * Makes the transform by which a destination's package lands records: `landingItem` of @millrace/dynamodb, `landingRow` of
 * @millrace/postgres. It gives each record a unique key (`uuid`, a UUIDv5), when and where it came from (`upload_date`,
 * `feed`, `source`, `source_version`, `source_part` in an archive, `ordinal`, and `branch` for the outputs of `many`), and
 * the record itself. One record has the same uuid at every destination, but for the key `content`.
 *
 * All of it is a function of the object and never of the clock: a second delivery gives the same, which overwrites itself.
 * `upload_date` is when the object's version was written, as ISO-8601 in UTC.
 *
 * With the key `place` every output has a key of its own, so the transform has `uniqueKeys`. With any other key, and a ledger
 * that counts generations, a record also gets `generation`, which tells a destination which of two versions of an object is
 * newer.
 *
 * A record is rejected with `LANDING_DATE_MISSING` where the source does not know that date, `LANDING_KEY_INVALID` where
 * the key callback answers no text, and, where flat, `LANDING_NAME_TAKEN` or `LANDING_RECORD_NOT_OBJECT`.
 *
 * @param name the transform's name
 * @param contentText a text that two records share exactly where the destination holds them equal; for the key `content`
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 */
export function landingEach<T, N extends Partial<LandingNames>, L extends LandingLayout>(
  name: string,
  options: LandingOptions<T, N, L>,
  contentText: (record: unknown) => string,
): Each<T, Landed<T, N, L>> {
  checkOptions(name, options, {
    names: check.optional(check.object),
    layout: check.optional(check.oneOf('nested', 'flat')),
    key: check.optional((value) =>
      typeof value === 'function' || value === 'place' || value === 'content'
        ? undefined
        : '"place", "content" or a function',
    ),
  });
  const names = landingNames(name, options.names);
  const { key = 'place' } = options;
  const uniqueKeys = key === 'place';
  const taken = Object.values(names).filter((one) => one !== names.record && !(uniqueKeys && one === names.generation));
  const flat = options.layout === 'flat';
  const keyOf = keyMaker(key, contentText);
  const usual = options.names === undefined && !flat;

  const apply = (value: T, record: RecordContext): Landed<T, N, L> => {
    const { item } = record;
    if (item.lastModified === undefined) throw dateMissing(item);
    const uuid = keyOf(value, record);
    const generation = uniqueKeys ? undefined : record.generation;
    if (usual && record.branch === '' && item.part === undefined && generation === undefined)
      return usualItem(uuid, value, record) as Landed<T, N, L>;
    const landed: Record<string, unknown> = {
      [names.uuid]: uuid,
      [names.upload_date]: item.lastModified,
      [names.feed]: record.feed,
      [names.source]: item.uri,
      [names.source_version]: landingVersion(item.id),
      [names.ordinal]: record.ordinal,
    };
    if (item.part !== undefined) landed[names.source_part] = item.part;
    if (record.branch !== '') landed[names.branch] = record.branch;
    if (generation !== undefined) landed[names.generation] = generation;
    if (flat) return { ...landed, ...spreadable(value, taken) } as Landed<T, N, L>;
    landed[names.record] = value;
    return landed as Landed<T, N, L>;
  };
  const landing: LandingKeys = { by: uniqueKeys ? 'place' : 'content', names };
  return Object.freeze({
    kind: 'each',
    name,
    signature: signatureOf(options),
    ...(uniqueKeys && { uniqueKeys }),
    landing,
    apply,
  });
}

/** What becomes of most records. As a literal it costs a fraction of what names that are variables cost. */
function usualItem(uuid: string, record: unknown, { item, feed, ordinal }: RecordContext): object {
  const { lastModified: upload_date, uri: source, id } = item;
  return { uuid, upload_date, feed, source, source_version: landingVersion(id), ordinal, record };
}

type KeyMaker<T> = (value: T, record: RecordContext) => string;

function keyMaker<T>(
  key: NonNullable<LandingOptions<T>['key']>,
  contentText: (record: unknown) => string,
): KeyMaker<T> {
  if (key === 'place') return (_, { item, ordinal, branch }) => placesOf(item.id).of(ordinal, branch);
  if (key === 'content') {
    const namesOf = remember((feed: string) => namesOfKind('content', feed));
    return (value, { feed }) => namesOf(feed)(contentText(value));
  }
  const namesOf = remember((feed: string) => namesOfKind('key', feed));
  return (value, record) => {
    const text: unknown = key(value, record);
    if (typeof text !== 'string' || text === '') {
      const problem = text === '' ? 'an empty string' : `a value of type ${typeof text}`;
      throw new MillraceError(
        'LANDING_KEY_INVALID',
        `The key of a landed record is text; the callback answered ${problem}.`,
      );
    }
    return namesOf(record.feed)(text);
  };
}

const namesOfKind = (kind: 'item' | 'key' | 'content', of: string): NameUuid => namesIn(landingNamespace(kind, of));

/** Keeps the names of the subject at hand: records come item by item, and a namespace costs more than a name. */
function remember<K>(make: (subject: K) => NameUuid): (subject: K) => NameUuid {
  let last: { readonly subject: K; readonly names: NameUuid } | undefined;
  return (subject) => {
    if (last?.subject !== subject) last = { subject, names: make(subject) };
    return last.names;
  };
}

function spreadable(value: unknown, taken: readonly string[]): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MillraceError(
      'LANDING_RECORD_NOT_OBJECT',
      `Only an object can be spread; this record is ${Array.isArray(value) ? 'an array' : `of type ${typeof value}`}. Use layout: 'nested'.`,
    );
  }
  const clash = taken.find((name) => Object.hasOwn(value, name));
  if (clash === undefined) return value;
  throw new MillraceError(
    'LANDING_NAME_TAKEN',
    `The record has an attribute ${JSON.stringify(clash)} of its own. Rename landing's in names, or use layout: 'nested'.`,
    { details: { name: clash } },
  );
}

function dateMissing({ uri }: ItemOrigin): MillraceError {
  return new MillraceError(
    'LANDING_DATE_MISSING',
    `The source does not know when ${uri} was written, and the clock would give each delivery another date. Use a source that does.`,
    { details: { uri } },
  );
}
