import { check, checkOptions, MillraceError, type OptionCheck } from '@millrace/core';
import { identifier, qualified } from './identifier.ts';
import type { TableName } from './target-table.ts';
import type { PlannedColumn } from './write-plan.ts';

/** Names of the columns that hold a row's version. */
export interface VersionColumns {
  /** Holds the object's location. @default 'source' */
  readonly source?: string;
  /** Holds the object's generation, as a whole number. @default 'generation' */
  readonly generation?: string;
}

/** The columns by which an upsert tells an older version of an object's row from a newer one. */
export interface VersionGuard {
  readonly source: PlannedColumn;
  readonly generation: PlannedColumn;
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
): { readonly wanted: 'never' | 'if there' | 'always'; readonly source: string; readonly generation: string } {
  if (typeof given === 'object') {
    checkOptions(`${owner} compareVersions`, given, {
      source: check.optional(identifier),
      generation: check.optional(identifier),
    });
  }
  const { source = 'source', generation = 'generation' } = typeof given === 'object' ? given : {};
  if (source === generation) {
    const text = `${owner} compareVersions: source and generation must be two columns.`;
    throw new MillraceError('OPTION_INVALID', text, { details: { owner, option: 'compareVersions' } });
  }
  return { wanted: given === undefined ? 'if there' : given === false ? 'never' : 'always', source, generation };
}

/**
 * Finds the columns to compare; undefined if versions are not compared.
 *
 * @throws MillraceError `POSTGRES_COLUMN_MISSING` if they were asked for and are not there
 */
export function versionGuard(
  byName: ReadonlyMap<string, PlannedColumn>,
  { wanted, source, generation }: ReturnType<typeof readVersionColumns>,
  name: TableName,
): VersionGuard | undefined {
  if (wanted === 'never') return undefined;
  const found = { source: byName.get(source), generation: byName.get(generation) };
  if (found.source !== undefined && found.generation !== undefined && WHOLE.has(found.generation.type)) {
    return { source: found.source, generation: found.generation };
  }
  if (wanted === 'if there') return undefined;
  throw new MillraceError(
    'POSTGRES_COLUMN_MISSING',
    `Table ${qualified(name)} cannot compare versions: it needs the columns ${JSON.stringify(source)} and ${JSON.stringify(generation)}, the latter of type bigint, among those that are written. Add them, or set compareVersions to false.`,
    { details: { ...name, source, generation } },
  );
}
