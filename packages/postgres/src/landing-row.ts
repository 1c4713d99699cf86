import type { Each, Landed } from '@millrace/core';
import {
  landingEach,
  type LandingLayout,
  type LandingNames,
  landingNames,
  type LandingOptions,
} from '@millrace/core/plugin';
import { jsonText } from './json-text.ts';
import type { PostgresColumns } from './table-columns.ts';

/** What `landingRow` makes of a record of type `T`. */
export type LandingRow<
  T,
  N extends Partial<LandingNames> = NonNullable<unknown>,
  L extends LandingLayout = 'nested',
> = Landed<T, N, L>;

/**
 * Gives each record what the landing table needs: a unique key (`uuid`, a UUIDv5), when and where it came from
 * (`upload_date`, `feed`, `source`, `source_version`, `source_part` in an archive, `ordinal`, and `branch` for the outputs of
 * `many`), and the record itself, in one column of jsonb or, `flat`, in columns of its own. A record has the uuid that `landingItem` of @millrace/dynamodb gives it. With a natural
 * key and a ledger it also has the `generation` of its object, by which `postgresSink` keeps an older version from replacing a
 * newer one.
 *
 * All of it is a function of the object and never of the clock: a second delivery gives the same rows, which overwrite
 * themselves. `upload_date` is when the object's version was written, as ISO-8601 in UTC.
 *
 * A record is rejected with `LANDING_DATE_MISSING` where the source does not know that date, `LANDING_KEY_INVALID` where the
 * key callback answers no text, and, where flat, `LANDING_NAME_TAKEN` or `LANDING_RECORD_NOT_OBJECT`. With the key `content`,
 * records that JSON cannot hold are rejected as the sink would.
 *
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 */
export function landingRow<
  T,
  const N extends Partial<LandingNames> = NonNullable<unknown>,
  const L extends LandingLayout = 'nested',
>(options: LandingOptions<T, N, L> = {}): Each<T, LandingRow<T, N, L>> {
  return landingEach('landingRow', options, (record) => jsonText(record, { allowInexact: true, sorted: true }));
}

/**
 * The columns of what `landingRow` makes, for `ensureTable`.
 *
 * @param names those that were given to `landingRow`
 * @param layout `flat` leaves out the column of the record: add its own
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 */
export function landingColumns(names: Partial<LandingNames> = {}, layout: LandingLayout = 'nested'): PostgresColumns {
  const all = landingNames('landingColumns', names);
  const { uuid, upload_date, feed, source, source_version, source_part, ordinal, branch, generation, record } = all;
  const required = (type: string) => ({ type, required: true });
  return {
    [uuid]: required('uuid'),
    [upload_date]: required('timestamptz'),
    [feed]: required('text'),
    [source]: required('text'),
    [ordinal]: required('bigint'),
    [source_version]: 'uuid',
    [source_part]: 'text',
    [branch]: 'text',
    [generation]: 'bigint',
    ...(layout === 'nested' && { [record]: 'jsonb' }),
  };
}
