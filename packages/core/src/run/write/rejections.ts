import { MillraceError } from '../../millrace-error.ts';
import type { RejectionLimit } from '../../run-options.ts';
import type { RecordPlace } from '../../rejected.ts';
import type { Rejection } from '../../rejection.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { LiveEntry } from '../read/live-entry.ts';
import type { Tally } from '../object/tally.ts';

/** A share of very few records says nothing. */
const JUDGED_FROM = 100;

export interface RejectionsOptions {
  readonly feed: string;
  readonly run: string;
  readonly tally: Tally;
  readonly limit: Required<RejectionLimit>;
  /** Rejections of earlier runs of this item. */
  readonly before: number;
  /** Absent where no quarantine is configured: then the first rejection fails the item. */
  readonly writer: BatchWriter<Rejection> | undefined;
  readonly observe: (rejection: Rejection) => void;
}

/** Why a record is rejected. */
export interface Reason extends Pick<Rejection, 'stage' | 'code' | 'message' | 'details'> {
  readonly cause?: unknown;
  /** What a codec said itself about the place; it goes before what the block knows. */
  readonly place?: RecordPlace;
}

/** Sends one item's rejected records to the quarantine and holds them against the feed's limit. */
export class Rejections {
  readonly #options: RejectionsOptions;

  constructor(options: RejectionsOptions) {
    this.#options = options;
  }

  /**
   * @param value the record as the rejecting stage got it; left out where it could not be parsed
   * @throws MillraceError `REJECTED_WITHOUT_QUARANTINE`, `TOO_MANY_REJECTIONS`
   */
  add(entry: LiveEntry, reason: Reason, value?: { readonly value: unknown }): Promise<void> | undefined {
    const { feed, run, tally, writer, observe } = this.#options;
    const { stage, code, message, details } = reason;
    const place = { ...entry.place(), ...known(reason.place) };
    const { item, ordinal, branch, generation } = entry;
    const rejection: Rejection = {
      feed,
      run,
      item,
      ordinal,
      branch,
      ...(generation !== undefined && { generation }),
      stage,
      code,
      message,
      details,
      ...place,
      ...value,
    };
    tally.countRejection(code, ordinal);
    observe(rejection);
    if (writer === undefined) {
      throw new MillraceError(
        'REJECTED_WITHOUT_QUARANTINE',
        `A record was rejected by ${stage} (${code}: ${message}) and there is no quarantine to keep it. ` +
          'Give the run a quarantine, or mend the file or the feed.',
        { stage, item: item.id, part: item.part, ordinal, details: { code, line: place.line }, cause: reason.cause },
      );
    }
    this.#assertWithinLimit(reason, entry);
    return writer.add(entry.standIn(rejection));
  }

  #assertWithinLimit({ stage, code, cause }: Reason, { item, ordinal }: LiveEntry): void {
    const { tally, limit, before } = this.#options;
    const count = before + tally.rejectionCount;
    const allowed = tally.read < JUDGED_FROM ? limit.count : Math.min(limit.count, limit.share * tally.read);
    if (count <= allowed) return;
    throw new MillraceError(
      'TOO_MANY_REJECTIONS',
      `${count} of ${tally.read} records were rejected, the last one by ${stage} with ${code}; maxRejections allows ` +
        `${limit.count}, and a share of ${limit.share}. The charset, the parser or the schema may not fit this file.`,
      {
        stage,
        item: item.id,
        part: item.part,
        ordinal,
        details: { rejections: { ...tally.rejections }, read: tally.read },
        cause,
      },
    );
  }
}

/** A rejected record carries more than its place; only that belongs beside the reason. */
function known({ raw, line, byteOffset }: RecordPlace = {}): RecordPlace {
  return {
    ...(raw !== undefined && { raw }),
    ...(line !== undefined && { line }),
    ...(byteOffset !== undefined && { byteOffset }),
  };
}
