import type { OptionCheck } from './check-options.ts';
import type { RecordContext } from './record-context.ts';

/**
 * Turns records into the text of files. For plugin authors; users pass an encoder to a sink:
 * `s3Sink({ bucket, encode: encodeCsv({ columns: ['sku', 'price'] }) })`.
 *
 * A file is `header`, the texts of its records with `separator` between each two, and `footer`. An encoder is a frozen value
 * without state: which records share a file, and which of them were refused, must not change the text of the others.
 *
 * @typeParam T what a record is
 */
export interface Encoder<T> {
  readonly kind: 'encoder';
  /** The verb that users write, such as `encodeCsv`. */
  readonly name: string;
  /** Ends the names of files: a dot and letters, such as `.csv`. A sink that compresses adds its own. */
  readonly extension: string;
  /** Media type of a file that is not compressed, such as `text/csv`. */
  readonly contentType: string;
  /** Text at the start of each file. @default '' */
  readonly header?: string;
  /** Text between two records. @default '' */
  readonly separator?: string;
  /** Text at the end of each file. @default '' */
  readonly footer?: string;
  /**
   * Returns the text of one record, with its line end if the format has one: all of the record, or nothing. A record that
   * the format cannot hold exactly is refused by a thrown `MillraceError`, whose code, message and details contain no
   * content of the record; the other records are written. Anything else that it throws refuses the record with
   * `ENCODER_THREW`.
   */
  readonly encode: (value: T, record: RecordContext) => string;
}

/** Extensions become part of a file's path. */
const EXTENSION = /^(?:\.[A-Za-z0-9_-]+)+$/;

/**
 * Checks that an option is an {@link Encoder}, for `checkOptions`. For plugin authors.
 *
 * @example
 * checkOptions('mySink', options, { encode: check.optional(checkEncoder) });
 */
export const checkEncoder: OptionCheck = (value) => {
  const { kind, encode, extension } = (value ?? {}) as Partial<Encoder<never>>;
  const fits = kind === 'encoder' && typeof encode === 'function' && EXTENSION.test(extension ?? '');
  return fits ? undefined : 'an encoder, such as encodeCsv({ columns })';
};
