import { feed, map } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { fileSource } from '@millrace/file';
import { parseCsv, parseNdjson } from '@millrace/formats';
import { parseXml } from '@millrace/xml';
import { canonical } from '../canonical.ts';
import type { LinesFeed } from '../carry.ts';
import type { Dialect } from '../dialect.ts';
import { wholeLines } from './whole-lines.ts';

/** As long as a whole file may be. */
const MAX_CHARS = 2 ** 28;

/** The decoded text, line by line. */
export function textLines(charset: string): LinesFeed {
  return (sink) =>
    feed('oracle')
      .from(fileSource())
      .through(decodeText(charset))
      .through(wholeLines())
      .through(map(canonical))
      .to(sink);
}

/** Rows of a CSV file without a header, padded to `fields`, as both oracles give them. */
export function csvRows(
  { charset, delimiter, quote, escape }: Dialect,
  fields: number,
  quotes: 'strict' | 'lenient',
): LinesFeed {
  const columns = Array.from({ length: Math.max(fields, 1) }, (_, index) => `c${index}`);
  const parser = parseCsv<Readonly<Record<string, string>>>({
    columns,
    delimiter,
    quotes,
    ...(quote === undefined ? {} : { quote }),
    ...(escape === undefined ? {} : { escape }),
    shortRows: 'fill',
    maxRecordChars: MAX_CHARS,
  });
  return (sink) =>
    feed('oracle')
      .from(fileSource())
      .through(decodeText(charset))
      .through(parser)
      .through(map((row) => canonical(columns.map((column) => row[column]))))
      .to(sink);
}

/** JSON values, one a line. Duplicate keys are as in Python: the last wins. */
export const jsonLines: LinesFeed = (sink) =>
  feed('oracle')
    .from(fileSource())
    .through(decodeText('utf-8'))
    .through(parseNdjson<unknown>({ numbers: 'exact', duplicateKeys: 'last', maxRecordChars: MAX_CHARS }))
    .through(map(canonical))
    .to(sink);

/** The root element of a document as one record. */
export function xmlDocument(charset: string, root: string): LinesFeed {
  return (sink) =>
    feed('oracle')
      .from(fileSource())
      .through(decodeText(charset))
      .through(
        parseXml<unknown>({
          record: `/${root}`,
          arrays: 'all',
          maxRecordChars: MAX_CHARS,
          maxMarkupChars: MAX_CHARS,
          maxAttributes: 1_000_000,
          maxDepth: 2000,
        }),
      )
      .through(map((value) => canonical({ root, value })))
      .to(sink);
}
