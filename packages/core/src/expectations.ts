import { check, checkOptions } from './check-options.ts';
import { MillraceError } from './millrace-error.ts';

/** Bounds of a number; either may be absent. Both are within. */
export interface ExpectedRange {
  readonly min?: number;
  readonly max?: number;
}

/**
 * States what every object of a feed has. An object that does not meet it fails: it was read and written, and is not complete.
 * So nothing is acknowledged, and `versions: 'replace'` retires no row of an earlier version.
 *
 * @example
 * feed('prices', { expect: { records: { min: 1000 }, rejectedRatio: { max: 0.01 }, columns: { required: ['bin', 'parts'] } } })
 */
export interface Expectations {
  /**
   * Records in the object: what the parser emits, bad records included, before transforms drop or multiply any. Otherwise the
   * object fails with `OBJECT_WITHOUT_RECORDS` if it has none, else with `OBJECT_RECORDS_UNEXPECTED`. To accept objects without
   * records, such as empty files and tables with a header row only, set `min: 0`.
   * @default `{ min: 1 }`, and `{ min: 0 }` after a source whose objects may be empty
   */
  readonly records?: ExpectedRange;
  /**
   * Rejections as a ratio of the records in the object, from 0 to 1, over all runs of the object. If a transform makes several
   * records of one, each of them that is rejected counts. Otherwise it fails with `OBJECT_REJECTIONS_UNEXPECTED`. It is judged
   * at the end, however few the records are; `maxRejections` ends the reading earlier.
   * @default none
   */
  readonly rejectedRatio?: { readonly max: number };
  /**
   * Columns that the object has, each file of an archive by itself; others may be there. Otherwise it fails with
   * `OBJECT_COLUMNS_MISSING` as soon as the parser knows the columns, before it writes a record of that file. The parser must
   * know columns, as `parseCsv` and `parseParquet` do.
   * @default none
   */
  readonly columns?: { readonly required: readonly string[] };
  /**
   * Length of the object in bytes, as the source delivers it, before decompression. Otherwise it fails with
   * `OBJECT_BYTES_UNEXPECTED`. Not for sources that deliver something other than bytes.
   * @default none
   */
  readonly bytes?: ExpectedRange;
}

/** Expectations of a run: what it says of its own takes the place of what the feed says, member by member. */
export function joinExpectations(ofFeed: Expectations, ofRun: Expectations = {}): Expectations {
  const said = Object.entries(ofRun).filter(([, expected]) => expected !== undefined);
  return { ...ofFeed, ...Object.fromEntries(said) };
}

/**
 * Checks expectations, and that the feed's parser can tell what they ask for.
 *
 * @param owner the function that was given them, for messages
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function checkExpectations(
  owner: string,
  expect: Expectations,
  parser?: { readonly name: string; readonly reportsColumns?: boolean },
): void {
  checkOptions(`${owner}: expect`, expect, {
    records: check.optional(check.object),
    rejectedRatio: check.optional(check.object),
    columns: check.optional(check.object),
    bytes: check.optional(check.object),
  });
  checkRange(`${owner}: expect.records`, expect.records);
  checkRange(`${owner}: expect.bytes`, expect.bytes);
  if (expect.rejectedRatio !== undefined)
    checkOptions(`${owner}: expect.rejectedRatio`, expect.rejectedRatio, { max: check.numeric(0, 1) });
  if (expect.columns === undefined) return;
  checkOptions(`${owner}: expect.columns`, expect.columns, {
    required: (value) => (isNames(value) ? undefined : 'a list of names, one at least'),
  });
  if (parser === undefined || parser.reportsColumns === true) return;
  const message =
    `${owner}: expect.columns needs a parser that knows columns, such as parseCsv(), and ${parser.name}() does not. Describe ` +
    'the fields of its records with validate().';
  throw new MillraceError('OPTION_INVALID', message, { details: { owner, option: 'expect.columns' } });
}

function checkRange(owner: string, range: ExpectedRange | undefined): void {
  if (range === undefined) return;
  checkOptions(owner, range, { min: check.optional(check.integer(0)), max: check.optional(check.integer(0)) });
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  if (min <= max) return;
  throw new MillraceError('OPTION_INVALID', `${owner}: min is ${min}, more than max, ${max}.`, { details: { owner } });
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string' && name !== '');
}
