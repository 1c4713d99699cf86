import { MillraceError } from '@millrace/core';
import type { Block, ParserStage, TextPlace } from '@millrace/core/plugin';
import { FramedRecords } from '../text/framed-records.ts';
import { HeldRecord } from '../text/held-record.ts';
import { PlainRows } from './plain-rows.ts';
import { QuotedRow } from './quoted-row.ts';
import { afterMarks, BYTE_ORDER_MARK, countLineFeeds } from '../text/record-text.ts';
import type { RowDialect } from './row-dialect.ts';
import type { RowMaker } from './row-maker.ts';

export interface RowSettings extends RowDialect {
  /** Lines at the head of the item that are passed over, whatever they are. */
  readonly skipLines: number;
  /** Characters at most in a row. */
  readonly maxRecordChars: number;
}

/** Cuts one item into rows. */
export function startRows<T>(settings: RowSettings, maker: RowMaker<T>): ParserStage<string, T> {
  const stage = new RowStage(settings, maker);
  return { push: (text, place) => stage.push(text, place), end: () => stage.end() };
}

/** Rows without quotes that lie in one chunk are cut by searches; any other row is read character by character and held. */
class RowStage<T> {
  readonly #settings: RowSettings;
  readonly #maker: RowMaker<T>;
  /** The row that is read character by character. */
  readonly #row: QuotedRow;
  /** What earlier chunks brought of it. */
  readonly #held: HeldRecord;
  /** Number of the line at hand. */
  #line = 1;
  #toSkip: number;
  #framed = new FramedRecords<T>('', 1, undefined);

  constructor(settings: RowSettings, maker: RowMaker<T>) {
    this.#settings = settings;
    this.#maker = maker;
    this.#row = new QuotedRow(settings);
    this.#held = new HeldRecord(settings.maxRecordChars);
    this.#toSkip = settings.skipLines;
  }

  push(text: string, place: TextPlace | undefined): Block<T> | readonly [] {
    const framed = new FramedRecords<T>(text, this.#line, place);
    this.#framed = framed;
    const rows = new PlainRows(text, this.#settings);
    let at = this.#toSkip > 0 ? this.#skipLines(text, 0) : 0;
    while (at < text.length) {
      if (text.charCodeAt(at) === BYTE_ORDER_MARK && this.#held.length === 0) {
        at = afterMarks(text, at);
        continue;
      }
      const isComment = this.#beginsComment(text, at);
      const feed = this.#held.length === 0 && !isComment ? rows.endOf(at) : -1;
      if (feed === -1) {
        if (isComment) this.#row.comment();
        at = this.#readOn(text, at, place);
      } else {
        this.#takePlain(framed, rows, text, at, feed);
        this.#line += 1;
        at = feed + 1;
      }
    }
    return framed.toBlock();
  }

  end(): Block<T> | readonly [] {
    this.#framed = new FramedRecords<T>('', this.#line, undefined);
    if (this.#held.length > 0) {
      this.#row.finish();
      this.#takeRow('', 0, 0, undefined);
    }
    return this.#framed.toBlock();
  }

  /** Passes over lines at the head of the item. Returns where the next one begins. */
  #skipLines(text: string, from: number): number {
    let at = from;
    for (; this.#toSkip > 0 && at < text.length; this.#toSkip -= 1, this.#line += 1) {
      const feed = text.indexOf('\n', at);
      if (feed === -1) return text.length;
      at = feed + 1;
    }
    return at;
  }

  #beginsComment(text: string, at: number): boolean {
    const { comment } = this.#settings;
    return comment !== '' && this.#held.length === 0 && text.startsWith(comment, at);
  }

  /** Takes a row without quotes, from `at` to the line feed at `feed`. */
  #takePlain(framed: FramedRecords<T>, rows: PlainRows, text: string, at: number, feed: number): void {
    const maker = this.#maker;
    const length = feed - at;
    const damaged = framed.isSound ? undefined : framed.damaged(at, feed, this.#line);
    const isGood = length <= this.#settings.maxRecordChars && damaged === undefined;
    const quick = isGood ? maker.ofPlain(text, at, feed) : undefined;
    if (quick !== undefined) {
      framed.add(quick, at, feed);
      return;
    }
    const fields = rows.fields(at, feed);
    if (fields.length === 0) return; // A blank line.
    const good = isGood ? maker.ofFields(fields) : undefined;
    const raw = text.slice(at, feed);
    const record = good ?? maker.ofRow({ fields, problem: undefined, raw, length, line: this.#line, damaged });
    if (record !== undefined) framed.add(record, at, feed);
  }

  /** Goes on with the row at hand from `at`. Returns where to go on: after its line feed, or at the end of the chunk. */
  #readOn(text: string, at: number, place: TextPlace | undefined): number {
    const feed = this.#scan(text, at);
    const end = feed === -1 ? text.length : feed + 1;
    if (feed === -1) this.#held.add(text, at, text.length, this.#line, place);
    else this.#takeRow(text, at, feed, place);
    this.#line += countLineFeeds(text, at, end);
    return end;
  }

  /** Reads the row at hand from `at` on. Returns where its line feed is, or -1. */
  #scan(text: string, at: number): number {
    const row = this.#row;
    const held = this.#held;
    const { maxRecordChars } = this.#settings;
    if (held.isTooLong) return row.scan(text, at, text.length, this.#line);
    // The limit is a place in the row and not in the chunk, so that it cannot matter where chunks are cut.
    const limit = Math.min(text.length, at + maxRecordChars + 1 - held.length);
    const feed = row.scan(text, at, limit, this.#line);
    if (feed !== -1 || held.length + limit - at <= maxRecordChars) return feed;
    if (row.isInQuotes) throw endlessQuotes(row.quoteLine, maxRecordChars);
    row.skip({ code: 'RECORD_TOO_LONG', what: 'there are too many characters' });
    return row.scan(text, limit, text.length, this.#line);
  }

  /** Takes the row that was read to its end; it began at `at`, or in an earlier chunk. */
  #takeRow(text: string, at: number, feed: number, place: TextPlace | undefined): void {
    const row = this.#row;
    const framed = this.#framed;
    const isHeld = this.#held.length > 0;
    if (isHeld) this.#held.add(text, at, feed, this.#line, place);
    const whole = isHeld ? this.#held.take() : undefined;
    const { fields, problem, isBlank } = row;
    const record = isBlank
      ? undefined
      : this.#maker.ofRow({
          fields,
          problem,
          raw: whole?.raw ?? text.slice(at, feed),
          length: whole?.length ?? feed - at,
          line: whole?.line ?? this.#line,
          damaged: whole === undefined ? framed.damaged(at, feed, this.#line) : whole.damaged,
        });
    row.reset();
    if (record === undefined) return;
    if (whole === undefined) framed.add(record, at, feed);
    else framed.addHeld(record, whole);
  }
}

function endlessQuotes(line: number, maxRecordChars: number): MillraceError {
  return new MillraceError(
    'CSV_QUOTE_UNCLOSED',
    `The quote that opens on line ${line} is not closed within the ${maxRecordChars} characters that maxRecordChars ` +
      'allows a row. Close it, or raise the limit if the text is right.',
    { details: { line, maxRecordChars } },
  );
}
