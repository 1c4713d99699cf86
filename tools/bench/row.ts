import type { ObjectFormat } from '../stub-aws/object-spec.ts';
import type { Variant } from './variant.ts';

/** One line of the benchmark: the same work for each of its variants. */
export interface Row {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Whether each record arrives as an item of its own, so that `--verify` can look at it. */
  readonly lands: boolean;
  readonly format: ObjectFormat;
  readonly charset: string;
  readonly gzipped: boolean;
  readonly recordBytes: number;
  /** Records of one object. */
  readonly records: Size;
  readonly objects: Size;
  readonly itemsAtOnce: number;
  readonly inFlight: number;
  /** How long each write takes to answer, in milliseconds. */
  readonly delayMs: number;
  /** Bytes a second on one connection to S3; absent where nothing holds it back. */
  readonly bytesPerSecond?: number;
  readonly rounds: Size;
  readonly variants: readonly Variant[];
  /** `stub`, the local servers of @millrace/local, or a file on the disk that holds the object. */
  readonly from: 'stub' | 'local' | 'disk';
  /** Left out by `--quick`. */
  readonly slow: boolean;
}

/** A number of a full run, and the one of `--quick`. */
export interface Size {
  readonly full: number;
  readonly quick: number;
}

type RowWish = Pick<Row, 'name' | 'title' | 'lands' | 'variants' | 'records'> & Partial<Row>;

/** Fills in what most rows have. */
export function row(wish: RowWish): Row {
  return {
    format: 'ndjson',
    charset: 'utf-8',
    gzipped: true,
    recordBytes: 300,
    objects: { full: 1, quick: 1 },
    itemsAtOnce: 1,
    inFlight: 16,
    delayMs: 0,
    rounds: { full: 5, quick: 3 },
    from: 'stub',
    slow: true,
    ...wish,
  };
}
