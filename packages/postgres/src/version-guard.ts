import { MillraceError } from '@millrace/core';
import { check, checkOptions, type OptionCheck } from '@millrace/core/plugin';
import { identifier, qualified } from './identifier.ts';
import type { TableName } from './target-table.ts';
import type { PlannedColumn } from './planned-column.ts';

/** Names of the columns that hold a row's version. */
export interface VersionColumns {
  /** Holds the object's location. @default 'source' */
  readonly source?: string;
  /** Holds the object's generation, as a whole number. @default 'generation' */
  readonly generation?: string;
  /** Holds the record's number in the object, as a whole number; a replay compares it too. @default 'ordinal' */
  readonly ordinal?: string;
}

/** The columns by which an upsert tells an older version of an object's row from a newer one. */
export interface VersionGuard {
  readonly source: PlannedColumn;
  readonly generation: PlannedColumn;
  /**
   * Tells a later record of one version from an earlier one; absent if it is not compared. Only a replay compares it: a run
   * brings the records of a key in order, and once the feed was changed, those of an earlier attempt are numbered in another way.
   */
  readonly ordinal?: PlannedColumn;
}

/** Types whose order is that of generations. */
const WHOLE = new Set(['smallint', 'integer', 'bigint', 'numeric']);

/** Checks the option `compareVersions`. */
export const versionColumns: OptionCheck = (value) => {
  if (typeof value === 'boolean') return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'true, false, or names of columns';
  return undefined;
};

/** @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function readVersionColumns(
  owner: string,
  given: boolean | VersionColumns | undefined,
): Required<VersionColumns> & { readonly wanted: 'never' | 'if there' | 'always' } {
  if (typeof given === 'object') {
    checkOptions(`${owner} compareVersions`, given, {
      source: check.optional(identifier),
      generation: check.optional(identifier),
      ordinal: check.optional(identifier),
    });
  }
  const { source = 'source', generation = 'generation', ordinal = 'ordinal' } = typeof given === 'object' ? given : {};
  if (new Set([source, generation, ordinal]).size < 3) {
    const text = `${owner} compareVersions: source, generation and ordinal must be different columns.`;
    throw new MillraceError('OPTION_INVALID', text, { details: { owner, option: 'compareVersions' } });
  }
  return {
    wanted: given === undefined ? 'if there' : given === false ? 'never' : 'always',
    source,
    generation,
    ordinal,
  };
}

/**
 * Finds the columns to compare; undefined if versions are not compared.
 *
 * @throws MillraceError `POSTGRES_COLUMN_MISSING` if they were asked for and are not there
 */
export function versionGuard(
  byName: ReadonlyMap<string, PlannedColumn>,
  { wanted, source, generation, ordinal }: ReturnType<typeof readVersionColumns>,
  name: TableName,
): VersionGuard | undefined {
  if (wanted === 'never') return undefined;
  const found = { source: byName.get(source), generation: byName.get(generation) };
  if (found.source !== undefined && found.generation !== undefined && WHOLE.has(found.generation.type)) {
    const number = byName.get(ordinal);
    return {
      source: found.source,
      generation: found.generation,
      ...(number !== undefined && WHOLE.has(number.type) && { ordinal: number }),
    };
  }
  if (wanted === 'if there') return undefined;
  throw new MillraceError(
    'POSTGRES_COLUMN_MISSING',
    `Table ${qualified(name)} cannot compare versions: it needs the columns ${JSON.stringify(source)} and ${JSON.stringify(generation)}, the latter of type bigint, among those that are written. Add them, or set compareVersions to false.`,
    { details: { ...name, source, generation } },
  );
}
