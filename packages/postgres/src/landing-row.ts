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
 * Adds the columns of a landing table to each record: a unique key (`uuid`, a UUIDv5), when and where it came from
 * (`upload_date`, `feed`, `source`, `source_version`, `source_part` in an archive, `ordinal`, and `branch` for the outputs of
 * `many`), and the record itself, in one `jsonb` column or, with `flat`, in columns of its own. A record has the same uuid
 * as with `landingItem` of @millrace/dynamodb. With a natural key and a ledger it also has the `generation` of its object, by which `postgresSink` keeps an older version from replacing a
 * newer one.
 *
 * All columns depend on the object and never on the clock: a second delivery gives the same rows, which overwrite the
 * first. `upload_date` is when the object's version was written, as ISO 8601 in UTC.
 *
 * A record is rejected with `LANDING_DATE_MISSING` if the source does not know that date, `LANDING_KEY_INVALID` if the key
 * callback does not return text, and, with `flat`, `LANDING_NAME_TAKEN` or `LANDING_RECORD_NOT_OBJECT`. With the key
 * `content`, records that JSON cannot represent are rejected as the sink would.
 *
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * parsed.through(landingRow({ layout: 'flat' })).to(postgresSink({ client, table: 'prices' }));
 */
export function landingRow<
  T,
  const N extends Partial<LandingNames> = NonNullable<unknown>,
  const L extends LandingLayout = 'nested',
>(options: LandingOptions<T, N, L> = {}): Each<T, LandingRow<T, N, L>> {
  return landingEach('landingRow', options, (record) => jsonText(record, { allowInexact: true, sorted: true }));
}

/**
 * Returns the columns that `landingRow` fills, for `ensureTable`.
 *
 * @param names the names given to `landingRow`; default: none
 * @param layout `flat` omits the column of the record, so add the record's own columns; default: `nested`
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * await ensureTable({ client, table: 'landing', columns: landingColumns() });
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
