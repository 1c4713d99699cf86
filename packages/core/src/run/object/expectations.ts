import type { Expectations, ExpectedRange } from '../../expectations.ts';
import { MillraceError } from '../../millrace-error.ts';

/** What an object turned out to have, over all of its runs. */
export interface ObjectFacts {
  /** Records that the parser emitted, bad ones included. */
  readonly records: number;
  readonly rejected: number;
  /** Bytes as the source delivers them. */
  readonly bytes: number;
}

/**
 * Decides whether an object that was read to its end is what its feed expects. It is the one place for this rule; required
 * columns are decided earlier, by {@link assertColumns}.
 *
 * @param leastRecords the least number of records if the feed does not say
 * @returns the first expectation that is not met, as an error. It is not retryable: another delivery brings the same object
 */
export function unmetExpectation(
  { records, rejectedRatio, bytes }: Expectations,
  leastRecords: number,
  facts: ObjectFacts,
): MillraceError | undefined {
  const expected = { min: leastRecords, ...defined(records) };
  if (facts.records === 0 && expected.min > 0) return withoutRecords(facts);
  if (bytes !== undefined && !isWithin(facts.bytes, bytes))
    return unexpected('OBJECT_BYTES_UNEXPECTED', 'bytes', bytes, facts.bytes);
  if (!isWithin(facts.records, expected))
    return unexpected('OBJECT_RECORDS_UNEXPECTED', 'records', expected, facts.records);
  if (rejectedRatio === undefined || facts.rejected <= rejectedRatio.max * facts.records) return undefined;
  const { max } = rejectedRatio;
  return new MillraceError(
    'OBJECT_REJECTIONS_UNEXPECTED',
    `${facts.rejected} of ${facts.records} records were rejected, and the feed expects a ratio of ${max} at most ` +
      '(expect.rejectedRatio). Look into the quarantine; the charset, the parser or the schema may not fit this object.',
    { details: { max, rejected: facts.rejected, records: facts.records } },
  );
}

/**
 * Compares the columns that a parser has found with those that are required, which the user's own options name.
 *
 * @throws MillraceError `OBJECT_COLUMNS_MISSING`
 */
export function assertColumns(required: readonly string[], found: readonly string[]): void {
  const known = new Set(found);
  const missing = required.filter((name) => !known.has(name));
  if (missing.length === 0) return;
  throw new MillraceError(
    'OBJECT_COLUMNS_MISSING',
    `${missing.length} of ${required.length} required columns are not there: ${JSON.stringify(missing)}; it has ` +
      `${found.length} columns. Ask the sender for them, or correct expect.columns.`,
    { details: { missing, columns: found.length } },
  );
}

/** What a parser owes that says that it reports columns: without it, nobody knows whether the required ones are there. */
export function columnsNotReported(parser: string): MillraceError {
  const message = `${parser}() emitted records and did not report their columns. This is a mistake in the parser.`;
  return new MillraceError('CODEC_CONTRACT', message, { stage: parser });
}

function withoutRecords({ bytes }: ObjectFacts): MillraceError {
  const what = bytes === 0 ? 'its source delivered no bytes' : `it has ${bytes} bytes`;
  return new MillraceError(
    'OBJECT_WITHOUT_RECORDS',
    `This object has no records: ${what}, and a header row does not count as a record. Ask the sender whether it is ` +
      'whole, and check that the parser fits it. To accept such objects, give the feed expect: { records: { min: 0 } }.',
    { details: { records: 0, bytes } },
  );
}

function unexpected(
  code: string,
  what: 'bytes' | 'records',
  { min, max }: ExpectedRange,
  actual: number,
): MillraceError {
  const least = min === undefined || min === 0 ? [] : [`at least ${min}`];
  const most = max === undefined ? [] : [`at most ${max}`];
  return new MillraceError(
    code,
    `This object has ${actual} ${what}, and the feed expects ${[...least, ...most].join(' and ')} (expect.${what}). Ask the ` +
      'sender whether it is whole, or correct the expectation.',
    { details: { min, max, actual } },
  );
}

function isWithin(value: number, { min = 0, max = Number.POSITIVE_INFINITY }: ExpectedRange): boolean {
  return value >= min && value <= max;
}

/** An option that is there and undefined counts as absent. */
function defined({ min, max }: ExpectedRange = {}): ExpectedRange {
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}
