import { countLineFeeds, withoutReturn } from './record-text.ts';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What breaks the rules in a row. */
export interface RowProblem {
  readonly code: 'CSV_QUOTE_INVALID' | 'CSV_QUOTE_UNCLOSED' | 'RECORD_TOO_LONG';
  readonly what: string;
}

/** Where in a row the reader is: before a field, in a plain or quoted one, behind a closing quote (and a CR), or past help. */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'return' | 'skip';

/**
 * Reads one row, field by field, through any number of chunks, by RFC 4180. A row that breaks its rules is read on to the
 * next line feed, so that the rows behind it are found.
 */
export class CsvRow {
  readonly #delimiter: number;
  #state: State = 'start';
  #field = '';
  #fields: string[] = [];
  #hasQuotes = false;
  #quoteLine = 0;
  #problem: RowProblem | undefined;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  get fields(): readonly string[] {
    return this.#fields;
  }

  get problem(): RowProblem | undefined {
    return this.#problem;
  }

  /** Whether a field is open that only a quote can close. */
  get isInQuotes(): boolean {
    return this.#state === 'quoted';
  }

  /** Line of the quote that opened it. */
  get quoteLine(): number {
    return this.#quoteLine;
  }

  /** Whether nothing stands in the row, not even quotes. */
  get isBlank(): boolean {
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
        const stop = this.#state === 'quoted' ? nextQuote(text, at, to) : this.#plainEnd(text, at, to);
        this.#field += text.slice(at, stop);
        if (stop === to) break;
        at = stop;
      }
      const code = text.charCodeAt(at);
      if (this.#state === 'quoted') {
        this.#state = 'closed';
      } else if (code === LINE_FEED) {
        this.finish();
        return at;
      } else if (code === this.#delimiter && this.#state !== 'return') {
        this.#endField();
        this.#state = 'start';
      } else if (code === QUOTE && this.#state === 'start') {
        this.#state = 'quoted';
        this.#hasQuotes = true;
        opened = at;
      } else if (code === QUOTE && this.#state === 'closed') {
        this.#state = 'quoted'; // Two quotes stand for one.
        this.#field += '"';
      } else if (code === CARRIAGE_RETURN && this.#state === 'closed') {
        this.#state = 'return';
      } else if (this.#state === 'start') {
        this.#state = 'plain';
        at -= 1; // The character belongs to the field.
      } else {
        const isPlain = this.#state === 'plain';
        const what = isPlain ? 'a quote stands inside a field without quotes' : 'text stands behind a closing quote';
        this.skip({ code: 'CSV_QUOTE_INVALID', what });
      }
    }
    if (opened !== -1) this.#quoteLine = line + countLineFeeds(text, from, opened);
    return -1;
  }

  /** Gives the row up: it ends at the next line feed. */
  skip(problem: RowProblem): void {
    this.#state = 'skip';
    this.#problem = problem;
  }

  /** Ends the row: at a line feed, or because the input is over. */
  finish(): void {
    if (this.#state === 'skip') return;
    if (this.#state === 'quoted') {
      this.skip({ code: 'CSV_QUOTE_UNCLOSED', what: `the quote that opens on line ${this.#quoteLine} is not closed` });
      return;
    }
    // At the end of a row a carriage return belongs to the line end; elsewhere it is a character like any other.
    if (this.#state === 'plain') this.#field = withoutReturn(this.#field);
    this.#endField();
  }

  /** Begins the next row. */
  reset(): void {
    this.#state = 'start';
    this.#field = '';
    this.#fields = [];
    this.#hasQuotes = false;
    this.#problem = undefined;
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = '';
  }

  /** Where a plain field ends: at a delimiter, a line feed, or a quote that should not be there. */
  #plainEnd(text: string, from: number, to: number): number {
    for (let at = from; at < to; at += 1) {
      const code = text.charCodeAt(at);
      if (code === this.#delimiter || code === LINE_FEED || code === QUOTE) return at;
    }
    return to;
  }
}

function nextQuote(text: string, from: number, to: number): number {
  const quote = text.indexOf('"', from);
  return quote === -1 || quote > to ? to : quote;
}
