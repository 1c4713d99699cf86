export interface RowDialectGuess {
  readonly delimiter: string;
  /** `''` if there is no quote. */
  readonly quote: string;
  readonly escape?: string;
  readonly comment?: string;
}

/** One row of a sample. */
export interface SampleRow {
  readonly fields: readonly string[];
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** Fields that were in quotes. */
  readonly quoted: number;
  /** Quotes in places that RFC 4180 does not allow. */
  readonly stray: number;
  /** Whether a quote is still open at the end of the sample. */
  readonly unclosed: boolean;
}

/**
 * Splits text into rows as a lenient reader of CSV does: a quote counts at the beginning of a field only, and text after
 * a closing quote belongs to the field. Blank lines and comments are passed over.
 */
export function splitRows(text: string, dialect: RowDialectGuess, complete: boolean, limit = Infinity): SampleRow[] {
  const rows: SampleRow[] = [];
  const splitter = new Splitter(text, dialect);
  while (rows.length < limit) {
    const row = splitter.next();
    if (row === undefined) break;
    if (splitter.atEnd && !complete && !text.endsWith('\n')) break; // The sample cuts it.
    rows.push(row);
  }
  return rows;
}

class Splitter {
  readonly #text: string;
  readonly #delimiter: string;
  readonly #quote: string;
  readonly #escape: string;
  readonly #comment: string;
  #at = 0;
  #line = 1;
  /** Where the next delimiter is: found once, however many lines have none. */
  #next = -1;

  constructor(text: string, { delimiter, quote, escape, comment }: RowDialectGuess) {
    this.#text = text;
    this.#delimiter = delimiter;
    this.#quote = quote;
    this.#escape = escape ?? quote;
    this.#comment = comment ?? '';
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  next(): SampleRow | undefined {
    for (;;) {
      if (this.atEnd) return undefined;
      const feed = this.#lineEnd(this.#at);
      const isComment = this.#comment !== '' && this.#text.startsWith(this.#comment, this.#at);
      const body = this.#text.slice(this.#at, Math.min(feed, this.#at + 3));
      if (!isComment && body !== '' && body !== '\r') return this.#row();
      this.#at = feed + 1;
      this.#line += 1;
    }
  }

  #lineEnd(from: number): number {
    const feed = this.#text.indexOf('\n', from);
    return feed === -1 ? this.#text.length : feed;
  }

  #row(): SampleRow {
    const { line, fields } = { line: this.#line, fields: [] as string[] };
    let [quoted, stray] = [0, 0];
    let unclosed = false;
    let end = this.#lineEnd(this.#at);
    for (;;) {
      if (this.#quote !== '' && this.#text[this.#at] === this.#quote) {
        quoted += 1;
        const field = this.#quotedField();
        if (field === undefined) {
          unclosed = true;
          fields.push(this.#text.slice(this.#at + 1, end));
          this.#at = end;
        } else {
          end = this.#lineEnd(this.#at);
          const rest = this.#untilDelimiter(end);
          if (rest !== '') stray += 1;
          fields.push(field + rest);
        }
      } else {
        const field = this.#untilDelimiter(end);
        if (this.#quote !== '' && field.includes(this.#quote)) stray += 1;
        fields.push(field);
      }
      if (this.#at >= end) break;
      this.#at += 1; // The delimiter.
    }
    this.#at = end + 1;
    this.#line += 1;
    return { fields, line, quoted, stray, unclosed };
  }

  /** Reads up to the next delimiter or the line's end, without a carriage return before that. */
  #untilDelimiter(end: number): string {
    if (this.#next < this.#at) {
      const found = this.#text.indexOf(this.#delimiter, this.#at);
      this.#next = found === -1 ? this.#text.length : found;
    }
    const to = Math.min(this.#next, end);
    const isLast = to === end && to > this.#at && this.#text[to - 1] === '\r';
    const field = this.#text.slice(this.#at, isLast ? to - 1 : to);
    this.#at = to;
    return field;
  }

  /** Reads a field in quotes, and moves `#at` past the closing quote. Returns `undefined` if the quote is never closed. */
  #quotedField(): string | undefined {
    const parts: string[] = [];
    let at = this.#at + 1;
    let lines = 0;
    for (;;) {
      const close = this.#text.indexOf(this.#quote, at);
      if (close === -1 || close - this.#at > 100_000) return undefined;
      const isEscaped =
        this.#escape === this.#quote ? this.#text[close + 1] === this.#quote : this.#text[close - 1] === this.#escape;
      lines += count(this.#text, '\n', at, close);
      if (isEscaped && this.#escape === this.#quote) {
        parts.push(this.#text.slice(at, close + 1));
        at = close + 2;
      } else if (isEscaped) {
        parts.push(`${this.#text.slice(at, close - 1)}${this.#quote}`);
        at = close + 1;
      } else {
        parts.push(this.#text.slice(at, close));
        this.#at = close + 1;
        this.#line += lines;
        return parts.join('');
      }
    }
  }
}

function count(text: string, character: string, from: number, to: number): number {
  let found = 0;
  for (let at = text.indexOf(character, from); at !== -1 && at < to; at = text.indexOf(character, at + 1)) found += 1;
  return found;
}
