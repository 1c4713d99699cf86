import type { Each, Landed } from '@millrace/core';
import { landingEach, type LandingLayout, type LandingNames, type LandingOptions } from '@millrace/core/plugin';
import { contentText } from './content-text.ts';

/** What `landingItem` makes of a record of type `T`. */
export type LandingItem<
  T,
  N extends Partial<LandingNames> = NonNullable<unknown>,
  L extends LandingLayout = 'nested',
> = Landed<T, N, L>;

/**
 * Adds the attributes of a landing table to each record: a unique key (`uuid`, a UUIDv5), when and where it came from
 * (`upload_date`, `feed`, `source`, `source_version`, `source_part` in an archive, `ordinal`, and `branch` for the outputs of
 * `many`), and the record itself.
 *
 * All attributes depend on the object and never on the clock: a second delivery gives the same items, which overwrite the
 * first. `upload_date` is when the object's version was written, as ISO 8601 in UTC.
 *
 * A record is rejected with `LANDING_DATE_MISSING` if the source does not know that date, `LANDING_KEY_INVALID` if the key
 * callback does not return text, and, with `flat`, `LANDING_NAME_TAKEN` or `LANDING_RECORD_NOT_OBJECT`.
 *
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * prices.through(landingItem()).to(dynamodbSink({ table: 'landing_table' }));
 */
export function landingItem<
  T,
  const N extends Partial<LandingNames> = NonNullable<unknown>,
  const L extends LandingLayout = 'nested',
>(options: LandingOptions<T, N, L> = {}): Each<T, LandingItem<T, N, L>> {
  return landingEach('landingItem', options, contentText);
}
