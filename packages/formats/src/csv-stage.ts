import { type CodecContext, type CodecStage, MillraceError, type TextPlace } from '@millrace/core';
import type { CsvRecord } from './csv-columns.ts';
import { CsvPlainRows } from './csv-plain-rows.ts';
import { csvRecords, type EndedRow } from './csv-records.ts';
import { CsvRow } from './csv-row.ts';
import { FramedRecords } from './framed-records.ts';
import { HeldRecord } from './held-record.ts';
import { countLineFeeds } from './record-text.ts';

export interface CsvSettings {
  readonly columns: readonly string[] | undefined;
  readonly delimiter: string;
  readonly maxRecordChars: number;
}

/** `parseCsv` at work on one item. */
export function startCsv(settings: CsvSettings, { reject }: CodecContext): CodecStage<string, CsvRecord> {
  const { columns, delimiter, maxRecordChars } = settings;
  const records = csvRecords(columns, maxRecordChars, reject);
  const row = new CsvRow(delimiter);
  const held = new HeldRecord(maxRecordChars);
  let line = 1;
  let started = false;

  /** Takes a row without quotes, from `at` to the line feed at `feed`. */
  function takePlain(
    framed: FramedRecords<CsvRecord>,
    rows: CsvPlainRows,
    text: string,
    at: number,
    feed: number,
  ): void {
    const length = feed - at;
    const fields = rows.fields(at, feed);
    if (fields.length === 0) return; // A blank line.
    const damaged = framed.isSound ? undefined : framed.damaged(at, feed, line);
    const good = length <= maxRecordChars && damaged === undefined ? records.ofFields(fields) : undefined;
    const record =
      good ?? records.ofRow({ fields, problem: undefined, raw: text.slice(at, feed), length, line, damaged });
    if (record !== undefined) framed.add(record, at, feed);
  }

  /** Goes on with the row at hand from `at`. Answers where its line feed is, or -1. */
  function readOn(text: string, at: number): number {
    if (held.isTooLong) return row.scan(text, at, text.length, line);
    // The limit is a place in the row and not in the chunk, so that it cannot matter where chunks are cut.
    const limit = Math.min(text.length, at + maxRecordChars + 1 - held.length);
    const feed = row.scan(text, at, limit, line);
    if (feed !== -1 || held.length + limit - at <= maxRecordChars) return feed;
    if (row.isInQuotes) throw endlessQuotes(row.quoteLine, maxRecordChars);
    row.skip({ code: 'RECORD_TOO_LONG', what: 'there are too many characters' });
    return row.scan(text, limit, text.length, line);
  }

  /** Takes the row that `readOn` has read to its end; it began at `at`, or in an earlier chunk. */
  function takeRead(
    framed: FramedRecords<CsvRecord>,
    text: string,
    at: number,
    feed: number,
    place: TextPlace | undefined,
  ): void {
    const isHeld = held.length > 0;
    if (isHeld) held.add(text, at, feed, line, place);
    const whole = isHeld ? held.take() : undefined;
    const ended: EndedRow = {
      fields: row.fields,
      problem: row.problem,
      raw: whole?.raw ?? text.slice(at, feed),
      length: whole?.length ?? feed - at,
      line: whole?.line ?? line,
      damaged: whole === undefined ? framed.damaged(at, feed, line) : whole.damaged,
    };
    const record = row.isBlank ? undefined : records.ofRow(ended);
    row.reset();
    if (record === undefined) return;
    if (whole === undefined) framed.add(record, at, feed);
    else framed.addHeld(record, whole);
  }

  return {
    push(text, place) {
      const framed = new FramedRecords<CsvRecord>(text, line, place);
      const rows = new CsvPlainRows(text, delimiter);
      let at = !started && text.startsWith('\uFEFF') ? 1 : 0;
      started ||= text !== '';
      while (at < text.length) {
        let feed = held.length === 0 ? rows.endOf(at) : -1;
        if (feed !== -1) {
          takePlain(framed, rows, text, at, feed);
          line += 1;
        } else {
          feed = readOn(text, at);
          if (feed === -1) held.add(text, at, text.length, line, place);
          else takeRead(framed, text, at, feed, place);
          line += countLineFeeds(text, at, feed === -1 ? text.length : feed + 1);
          if (feed === -1) break;
        }
        at = feed + 1;
      }
      return framed.toBlock();
    },
    end() {
      const framed = new FramedRecords<CsvRecord>('', line, undefined);
      if (held.length > 0) {
        row.finish();
        takeRead(framed, '', 0, 0, undefined);
      }
      return framed.toBlock();
    },
  };
}

function endlessQuotes(line: number, maxRecordChars: number): MillraceError {
  return new MillraceError(
    'CSV_QUOTE_UNCLOSED',
    `The quote that opens on line ${line} is not closed within the ${maxRecordChars} characters that maxRecordChars ` +
      'allows a row. How many rows it has swallowed cannot be told. Close it, or raise the limit where the text is right.',
    { details: { line, maxRecordChars } },
  );
}
