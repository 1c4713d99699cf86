import { check, checkOptions } from '../check-options.ts';
import type { Feed } from '../feed.ts';
import { MillraceError } from '../millrace-error.ts';
import { isFeed } from '../reconcile.ts';
import type { RecordPlace } from '../rejected.ts';
import { passOver, type RecordTrace, type SeenRecord } from './record-trace.ts';

export interface TraceLineOptions<Ref> {
  /** The feed, as it is deployed. Nothing is written. */
  readonly feed: Feed<Ref>;
  /** The object, as the feed's source takes it; pinned to a version if it should be that one. */
  readonly ref: Ref;
  /** Line of the decoded text, from 1; in an archive, of a file in it. */
  readonly line: number;
  /** Name of the file in an archive, or of the sheet of a workbook. @default every part that has the line */
  readonly part?: string;
  /** Records at most, if many are on the line. @default 100 */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * Finds the records on a line of an object, and the rows that the feed makes of them: from `s3://bucket/key#line` to the landing
 * keys. It reads the object twice up to the line, and nothing of what follows.
 *
 * The result is empty if no record is on the line, as on that of a header. A record of several lines is on each of them.
 *
 * @throws MillraceError `TRACE_LINE_UNKNOWN` if the parser does not tell lines, as for Parquet; `OPTION_UNKNOWN`, `OPTION_INVALID`; and
 *   what the object fails with
 * @example
 * const [record] = await traceLine({ feed: prices, ref: { bucket: 'drop', key: 'in/a.csv.gz' }, line: 204 });
 * console.log(record?.rows.map(({ key }) => key), record?.rejections);
 */
export async function traceLine<Ref>(options: TraceLineOptions<Ref>): Promise<readonly RecordTrace[]> {
  checkOptions<TraceLineOptions<Ref>>('traceLine', options, {
    feed: (value) => (isFeed(value) ? undefined : 'a feed, as feed(…).to(…) makes it'),
    ref: check.anything,
    line: check.integer(1),
    part: check.optional(check.text),
    limit: check.optional(check.integer(1)),
    signal: check.optional(check.object),
  });
  const { feed, ref, line, part, limit = 100, signal } = options;
  const wanted = new Set<number>();
  let hasLines = false;
  let isBeyond = false;
  /** Records that were seen, and how many there are up to the last of them: what the parser has rejected comes late. */
  let [seen, known] = [0, 0];
  const find = (record: SeenRecord): 'pass' | 'stop' => {
    seen += 1;
    known = Math.max(known, record.ordinal + 1);
    const isPart = part === undefined || record.item.part === part;
    const place = isPart ? record.place() : {};
    if (place.line !== undefined) {
      hasLines = true;
      if (covers(place, line) && wanted.size < limit) wanted.add(record.ordinal);
      // Other parts begin at line 1 again.
      isBeyond ||= place.line > line && (record.item.part === undefined || part !== undefined);
    }
    return isBeyond && seen === known ? 'stop' : 'pass';
  };
  await passOver(feed, ref, { see: find }, signal);
  if (seen > 0 && !hasLines && part === undefined) throw linesUnknown(feed);
  if (wanted.size === 0) return [];
  return traceOrdinals(feed, ref, wanted, signal);
}

/** Traces records of an object by their ordinals, and reads no further than the last of them. */
export function traceOrdinals<Ref>(
  feed: Feed<Ref>,
  ref: Ref,
  wanted: ReadonlySet<number>,
  signal: AbortSignal | undefined,
  inspect: (record: SeenRecord) => void = () => {},
): Promise<readonly RecordTrace[]> {
  const left = new Set(wanted);
  return passOver(
    feed,
    ref,
    {
      see: (record) => {
        inspect(record);
        // What the parser has rejected comes later than its successors, so the pass goes on until all were seen.
        if (left.delete(record.ordinal)) return 'keep';
        return left.size === 0 ? 'stop' : 'pass';
      },
    },
    signal,
  );
}

function covers({ line: first, raw }: RecordPlace, line: number): boolean {
  if (first === undefined || first > line) return false;
  const more = typeof raw === 'string' ? [...raw.matchAll(/\r\n|\n|\r/g)].length : 0;
  return line <= first + more;
}

function linesUnknown<Ref>({ stages: { parser } }: Feed<Ref>): MillraceError {
  return new MillraceError(
    'TRACE_LINE_UNKNOWN',
    `${parser.name} does not tell on which lines its records are. Trace a row of the object instead, or look the record up by its ordinal.`,
    { details: { parser: parser.name } },
  );
}
