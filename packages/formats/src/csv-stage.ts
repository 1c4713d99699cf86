import { MillraceError } from '@millrace/core';
import type { CodecContext, CodecStage, TextPlace } from '@millrace/core/plugin';
import type { CsvRecord } from './csv-columns.ts';
import { CsvPlainRows } from './csv-plain-rows.ts';
import { csvRecords, type EndedRow } from './csv-records.ts';
import { CsvRow } from './csv-row.ts';
import type { CsvDialect, CsvSettings } from './csv-settings.ts';
import { FramedRecords } from './framed-records.ts';
import { HeldRecord } from './held-record.ts';
import { countLineFeeds } from './record-text.ts';

/** A parser of one dialect at work on one item. */
export function startRows(
  settings: CsvSettings,
  delimiter: string,
  { reject }: CodecContext,
): CodecStage<string, CsvRecord> {
  const { maxRecordChars, comment } = settings;
  const dialect: CsvDialect = { ...settings, delimiter };
  const records = csvRecords(settings, delimiter, reject);
  const row = new CsvRow(dialect);
  const held = new HeldRecord(maxRecordChars);
  let line = 1;
  let started = false;
  let toSkip = settings.skipLines;

  /** Takes a row without quotes, from `at` to the line feed at `feed`. */
  function takePlain(
    framed: FramedRecords<CsvRecord>,
    rows: CsvPlainRows,
    text: string,
    at: number,
    feed: number,
  ): void {
    const length = feed - at;
    const damaged = framed.isSound ? undefined : framed.damaged(at, feed, line);
    const isGood = length <= maxRecordChars && damaged === undefined;
    const quick = isGood ? records.ofPlain(text, at, feed) : undefined;
    if (quick !== undefined) {
      framed.add(quick, at, feed);
      return;
    }
    const fields = rows.fields(at, feed);
    if (fields.length === 0) return; // A blank line.
    const good = isGood ? records.ofFields(fields) : undefined;
    const record =
      good ?? records.ofRow({ fields, problem: undefined, raw: text.slice(at, feed), length, line, damaged });
    if (record !== undefined) framed.add(record, at, feed);
  }

  /** Passes over lines at the head of the item. Answers where the next one begins. */
  function skipLines(text: string, from: number): number {
    let at = from;
    for (; toSkip > 0 && at < text.length; toSkip -= 1, line += 1) {
      const feed = text.indexOf('\n', at);
      if (feed === -1) return text.length;
      at = feed + 1;
    }
    return at;
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
      const rows = new CsvPlainRows(text, dialect);
      let at = !started && text.startsWith('\uFEFF') ? 1 : 0;
      started ||= text !== '';
      if (toSkip > 0) at = skipLines(text, at);
      while (at < text.length) {
        const isComment = comment !== '' && held.length === 0 && text.startsWith(comment, at);
        if (isComment) row.comment();
        let feed = held.length === 0 && !isComment ? rows.endOf(at) : -1;
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
