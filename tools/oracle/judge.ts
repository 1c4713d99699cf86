import type { CarryOptions, LinesFeed } from './carry.ts';
import { type Dialect, guessDialect } from './dialect.ts';
import { kindsOf } from './kinds.ts';
import { contentOf, filesIn, type Wrapper } from './ours/archives.ts';
import { parquetRows, xlsxRows } from './ours/tables.ts';
import { csvRows, jsonLines, textLines, xmlDocument } from './ours/texts.ts';
import { xmlHead } from './xml-head.ts';

/** What the oracles before said of the file, such as how many `fields` the longest row has. */
export type Facts = Readonly<Record<string, number>>;

/** One oracle for one file: what to ask it, and the feed that reads the same with Millrace. */
export interface Judge extends Pick<CarryOptions, 'isSorted'> {
  readonly oracle: string;
  readonly options: (facts: Facts) => Readonly<Record<string, unknown>>;
  readonly ours: (facts: Facts) => LinesFeed;
}

/** Encodings that DuckDB reads without an extension. */
const DUCKDB_ENCODINGS: Readonly<Record<string, string>> = { 'utf-8': 'utf-8', 'iso-8859-1': 'latin-1' };

/** The oracles that judge a file, in order; none if no oracle knows what it is. */
export function judgesOf(path: string, head: Buffer, given?: Dialect): readonly Judge[] {
  const dialect = given ?? guessDialect(path, head);
  return kindsOf(path, head).flatMap((kind) => {
    switch (kind) {
      case 'parquet':
        return [plain('pyarrow', parquetRows(false)), plain('duckdb-parquet', parquetRows(true))];
      case 'csv':
        return csvJudges(dialect);
      case 'zip':
        return [{ ...plain('zipfile', filesIn('zip')), isSorted: true }];
      case 'tar':
        return [{ ...plain('tarfile', filesIn('tar', wrapperOf(head))), isSorted: true }];
      case 'gzip':
        return [plain('gzip', contentOf('gzip'), { format: 'gzip' })];
      case 'bzip2':
        return [plain('bz2', contentOf('bzip2'), { format: 'bzip2' })];
      case 'zlib':
        return [plain('zlib', contentOf('zlib'), { format: 'zlib' })];
      case 'text':
        return [plain('codecs', textLines(dialect.charset), { python: dialect.python })];
      case 'json':
        return [plain('json', jsonLines)];
      case 'xml': {
        const { charset, root } = xmlHead(head);
        return [plain('expat', xmlDocument(charset, root))];
      }
      case 'xlsx':
        return [{ oracle: 'openpyxl', options: () => ({}), ours: ({ fields = 1 }: Facts) => xlsxRows(fields) }];
    }
  });
}

function wrapperOf(head: Buffer): Wrapper {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head.toString('latin1', 0, 3) === 'BZh' ? 'bzip2' : 'none';
}

function plain(oracle: string, feed: LinesFeed, options: Readonly<Record<string, unknown>> = {}): Judge {
  return { oracle, options: () => options, ours: () => feed };
}

function csvJudges(dialect: Dialect): readonly Judge[] {
  const { charset, python, delimiter, quote, escape } = dialect;
  const shared = { delimiter, quote, escape };
  const byPython: Judge = {
    oracle: 'csv',
    options: () => ({ ...shared, encoding: python }),
    ours: ({ fields = 100 }) => csvRows(dialect, fields, 'lenient'),
  };
  const encoding = DUCKDB_ENCODINGS[charset];
  if (encoding === undefined) return [byPython];
  const byDuckdb: Judge = {
    oracle: 'duckdb-csv',
    options: ({ fields = 100 }) => ({ ...shared, encoding, fields: Math.max(fields, 1) }),
    ours: ({ fields = 100 }) => csvRows(dialect, fields, 'strict'),
  };
  return [byPython, byDuckdb];
}
