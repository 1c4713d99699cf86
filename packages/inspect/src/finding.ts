import type { Guess } from './guess.ts';

/** A format that {@link inspect} tells apart. `unknown` is content that is not text and has no known mark. */
export type FileFormat =
  | 'csv'
  | 'ndjson'
  | 'json'
  | 'json-seq'
  | 'xml'
  | 'fixed-width'
  | 'lines'
  | 'parquet'
  | 'xlsx'
  | 'html'
  | 'empty'
  | 'unknown';

/** What a column holds. */
export type ColumnKind =
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'text'
  | 'object'
  | 'array'
  | 'mixed'
  | 'bytes'
  | 'empty';

/** What a sample file is. It is plain data: `JSON.stringify` keeps all of it. */
export interface Finding {
  /** The file's name, as given. */
  readonly name: string;
  /** The file's size in bytes, if it is known. */
  readonly bytes?: number;
  /** How many bytes of it were read. */
  readonly bytesRead: number;
  /** Whether all of its content was looked at. If not, what follows may differ from what was found. */
  readonly complete: boolean;
  /** `none`, or the compressions and archives from the outermost on, such as `gzip` or `gzip tar`. */
  readonly compression: Guess<string>;
  /** Files in an archive that were seen, the one that was inspected among them. */
  readonly entries?: readonly string[];
  /** The entry of the archive that the rest of the finding describes. */
  readonly entry?: string;
  /** The character encoding; absent if the content is not text. */
  readonly charset?: Guess<string>;
  /** Whether the text begins with a byte order mark. */
  readonly byteOrderMark: boolean;
  readonly format: Guess<FileFormat>;
  readonly csv?: CsvFinding;
  readonly json?: JsonFinding;
  readonly xml?: XmlFinding;
  readonly fixedWidth?: FixedWidthFinding;
  readonly xlsx?: XlsxFinding;
  readonly columns: readonly ColumnFinding[];
  /** Columns that could be a key, the likeliest first. */
  readonly keys: readonly KeyCandidate[];
  /** Records in what was read. */
  readonly recordsSeen: number;
  /** Records in the whole file, if its format says so or all of it was read. */
  readonly recordsTotal?: number;
  /** The first records, as text or as what their format holds. */
  readonly first: readonly Readonly<Record<string, unknown>>[];
  readonly oddities: readonly Oddity[];
}

export interface CsvFinding {
  readonly delimiter: Guess<string>;
  /** The quote, or `''` if there is none. */
  readonly quote: Guess<string>;
  readonly escape: string;
  /** Whether a first row names the columns. */
  readonly header: Guess<boolean>;
  /** Fields of the header row, which may lack the first. */
  readonly headerWidth: number;
  /** Lines before the header or first record that are not part of the table. */
  readonly skipLines: Guess<number>;
  /** The character that begins a comment line, or `''`. */
  readonly comment: Guess<string>;
  readonly lineEnd: '\n' | '\r\n' | '\r' | 'mixed';
  /** Whether the first line is a spreadsheet's `sep=`. */
  readonly sepLine: boolean;
  /** Whether quotes are in places that RFC 4180 does not allow. */
  readonly lenientQuotes: boolean;
  /** Whether white space surrounds fields. */
  readonly padded: boolean;
}

export interface JsonFinding {
  /** Where the records are, as `parseJson` takes it: `[*]`, `features[*]`, or `''` for the document itself. */
  readonly path: Guess<string>;
  /** Whether several documents follow each other. */
  readonly concatenated: boolean;
}

export interface XmlFinding {
  /** The element that is a record, as a path from the root. */
  readonly record: Guess<string>;
  /** Elements within a record that occur several times in their parent. */
  readonly arrays: readonly string[];
  /** The encoding that the XML declaration names. */
  readonly declared?: string;
}

export interface FixedWidthFinding {
  readonly columns: readonly { readonly name: string; readonly start: number; readonly width: number }[];
  readonly header: Guess<boolean>;
}

export interface XlsxFinding {
  readonly sheets: readonly string[];
}

/** One column, field or child element. */
export interface ColumnFinding {
  readonly name: string;
  readonly type: Guess<ColumnKind>;
  /** The format of a date, time or timestamp, such as `DD.MM.YYYY` or `MMM D YYYY`. */
  readonly format?: Guess<string>;
  /** The decimal mark, if it is not a period. */
  readonly decimal?: ',';
  /** The character between groups of three digits. */
  readonly thousands?: string;
  /** Whether numbers have more digits than a JavaScript number holds. */
  readonly large?: boolean;
  /** Whether numbers have leading zeros, so that they are text. */
  readonly leadingZeros?: boolean;
  /** Whether values are missing or empty. */
  readonly nullable: boolean;
  /** How many of the records seen have no value here. */
  readonly empty: number;
  /** Texts that mean that there is no value, such as `NA`. */
  readonly nulls: readonly string[];
  /** All distinct values, if they are few and repeat. */
  readonly values?: readonly string[];
  /** Whether no two records seen have the same value. */
  readonly unique: boolean;
}

export interface KeyCandidate {
  readonly columns: readonly string[];
  readonly confidence: number;
}

/** Something that a person should know about the file. */
export interface Oddity {
  /** Stable code, such as `row-short`, or the code with which a parser rejects the record. */
  readonly code: string;
  readonly message: string;
  /** Lines, from 1, at which it was seen; at most ten. */
  readonly lines?: readonly number[];
  /** How often it was seen. */
  readonly count?: number;
}
