import type { RowDialect } from './row-dialect.ts';
import { countLineFeeds, endOfLine } from '../text/record-text.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What breaks the rules in a row. */
export interface RowProblem {
  readonly code: 'CSV_LINE_END_INVALID' | 'CSV_QUOTE_INVALID' | 'CSV_QUOTE_UNCLOSED' | 'RECORD_TOO_LONG';
  readonly what: string;
}

const STRAY_RETURN: RowProblem = {
  code: 'CSV_LINE_END_INVALID',
  what: 'a carriage return stands without a line feed. Convert the line ends of the file to LF or CRLF',
};

/**
 * Where in a row the reader is: before a field, in a plain or quoted one, behind an escape in a quoted one, behind a closing
 * quote, behind white space or a CR after that, or past help.
 */
type State = 'start' | 'plain' | 'quoted' | 'escape' | 'closed' | 'space' | 'return' | 'skip';

/**
 * Reads one row, field by field, through any number of chunks, by RFC 4180. A row that breaks its rules is read on to the
 * next line feed, so that the rows behind it are found.
 */
export class QuotedRow {
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #trim: boolean;
  readonly #isLenient: boolean;
  #state: State = 'start';
  #field = '';
  #isQuoted = false;
  /** Where the part without quotes begins in the field at hand; for a field in quotes, its end. */
  #plainFrom = 0;
  /** White space after a closing quote, which counts if text follows. */
  #space = '';
  #fields: string[] = [];
  #hasQuotes = false;
  #isComment = false;
  #quoteLine = 0;
  #problem: RowProblem | undefined;

  constructor({ delimiter, quote, escape, trim, lenientQuotes = false }: RowDialect) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
    this.#escape = escape === '' ? -1 : escape.charCodeAt(0);
    this.#trim = trim;
    this.#isLenient = lenientQuotes;
  }

  get fields(): readonly string[] {
    return this.#fields;
  }

  get problem(): RowProblem | undefined {
    return this.#problem;
  }

  /** Whether a field is open that only a quote can close. */
  get isInQuotes(): boolean {
    return this.#state === 'quoted' || this.#state === 'escape';
  }

  /** Line of the quote that opened it. */
  get quoteLine(): number {
    return this.#quoteLine;
  }

  /** Whether nothing stands in the row, not even quotes, or it is a comment. */
  get isBlank(): boolean {
    if (this.#isComment) return true;
    return !this.#hasQuotes && this.#problem === undefined && this.#fields.length === 1 && this.#fields[0] === '';
  }

  /** Reads on from `from`, which is on `line`, up to `to`. Answers where the line feed is that ends the row, or -1. */
  scan(text: string, from: number, to: number, line: number): number {
    let opened = -1;
    for (let at = from; at < to; at += 1) {
      if (this.#state === 'skip') {
        const feed = text.indexOf('\n', at);
        return feed < to ? feed : -1;
      }
      if (this.#state === 'quoted' || this.#state === 'plain') {
        const stop = this.#state === 'quoted' ? this.#quotedEnd(text, at, to) : this.#plainEnd(text, at, to);
        this.#field += text.slice(at, stop);
        if (stop === to) break;
        at = stop;
      }
      const code = text.charCodeAt(at);
      if (this.isInQuotes) {
        this.#inQuotes(code);
      } else if (code === LINE_FEED) {
        this.finish();
        return at;
      } else if (code === this.#delimiter && this.#state !== 'return') {
        this.#endField();
        if (this.#problem === undefined) this.#state = 'start';
      } else if (code === this.#quote && this.#state === 'start') {
        this.#state = 'quoted';
        this.#isQuoted = true;
        this.#hasQuotes = true;
        opened = at;
      } else if (code === this.#quote && this.#state === 'closed' && this.#escape === this.#quote) {
        this.#state = 'quoted'; // Two quotes stand for one.
        this.#field += text[at]!;
      } else if (
        code === CARRIAGE_RETURN &&
        (this.#state === 'closed' || this.#state === 'space' || this.#state === 'return')
      ) {
        this.#state = 'return';
      } else if (this.#trim && isSpace(code) && this.#state !== 'plain' && this.#state !== 'return') {
        if (this.#state === 'closed') this.#state = 'space';
        if (this.#state === 'space') this.#space += text[at]!;
      } else if (this.#state === 'start') {
        this.#state = 'plain';
        at -= 1; // The character belongs to the field.
      } else if (this.#state === 'return') {
        this.skip(STRAY_RETURN);
      } else if (this.#isLenient) {
        this.#goOnPlain(text[at]!);
      } else {
        const isPlain = this.#state === 'plain';
        const what = isPlain ? 'a quote is inside a field without quotes' : 'text follows a closing quote';
        this.skip({
          code: 'CSV_QUOTE_INVALID',
          what: `${what}. To take such quotes for text, set "quotes" to 'lenient'`,
        });
      }
    }
    if (opened !== -1) this.#quoteLine = line + countLineFeeds(text, from, opened);
    return -1;
  }

  /** Takes a quote within a field without quotes, or the first character after a closing quote, for text. */
  #goOnPlain(char: string): void {
    if (this.#state !== 'plain') this.#plainFrom = this.#field.length;
    this.#state = 'plain';
    this.#field += this.#space + char;
    this.#space = '';
  }

  /** Takes what stopped a quoted field, or what follows an escape in one. */
  #inQuotes(code: number): void {
    if (this.#state === 'quoted') {
      this.#state = code === this.#escape && code !== this.#quote ? 'escape' : 'closed';
      return;
    }
    // An escape before any other character is a character like any other.
    if (code !== this.#quote && code !== this.#escape) this.#field += String.fromCharCode(this.#escape);
    this.#field += String.fromCharCode(code);
    this.#state = 'quoted';
  }

  /** Gives the row up: it ends at the next line feed. */
  skip(problem: RowProblem): void {
    this.#state = 'skip';
    this.#problem = problem;
  }

  /** Passes over the row, as a comment. */
  comment(): void {
    this.#state = 'skip';
    this.#isComment = true;
  }

  /** Ends the row: at a line feed, or because the input is over. */
  finish(): void {
    if (this.#state === 'skip') return;
    if (this.isInQuotes) {
      this.skip({ code: 'CSV_QUOTE_UNCLOSED', what: `the quote that opens on line ${this.#quoteLine} is not closed` });
      return;
    }
    // At the end of a row carriage returns belong to the line end; elsewhere, unless in quotes, they are stray.
    if (this.#state === 'plain')
      this.#field = this.#field.slice(0, endOfLine(this.#field, this.#plainFrom, this.#field.length));
    this.#endField();
  }

  /** Begins the next row. */
  reset(): void {
    this.#state = 'start';
    this.#clearField();
    this.#fields = [];
    this.#hasQuotes = false;
    this.#isComment = false;
    this.#problem = undefined;
  }

  #endField(): void {
    const isMixed = this.#isQuoted && this.#state === 'plain';
    if ((!this.#isQuoted || isMixed) && this.#field.includes('\r', this.#plainFrom)) {
      this.skip(STRAY_RETURN);
      return;
    }
    this.#fields.push(this.#trim && (!this.#isQuoted || isMixed) ? this.#trimmed() : this.#field);
    this.#clearField();
  }

  #trimmed(): string {
    if (!this.#isQuoted) return this.#field.trim();
    return this.#field.slice(0, this.#plainFrom) + this.#field.slice(this.#plainFrom).trimEnd();
  }

  #clearField(): void {
    this.#field = '';
    this.#isQuoted = false;
    this.#plainFrom = 0;
    this.#space = '';
  }

  /** Where a plain field ends: at a delimiter, a line feed, or a quote that should not be there. */
  #plainEnd(text: string, from: number, to: number): number {
    for (let at = from; at < to; at += 1) {
      const code = text.charCodeAt(at);
      if (code === this.#delimiter || code === LINE_FEED || code === this.#quote) return at;
    }
    return to;
  }

  /** Where a quoted field stops: at a quote or an escape. */
  #quotedEnd(text: string, from: number, to: number): number {
    for (let at = from; at < to; at += 1) {
      const code = text.charCodeAt(at);
      if (code === this.#quote || code === this.#escape) return at;
    }
    return to;
  }
}

/** What `trim` leaves out around quotes; a line feed ends the row, and a CR belongs to that. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0xa0;
}
