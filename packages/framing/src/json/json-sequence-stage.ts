import { MillraceError } from '@millrace/core';
import type { Block, ParserContext, ParserStage, Rejected, RejectedRecord, TextPlace } from '@millrace/core/plugin';
import { rejectionOf } from '../lines/line-stage.ts';
import { type ParseLine, RecordProblem, SKIP } from '../record-problem.ts';
import { FramedRecords } from '../text/framed-records.ts';
import { HeldRecord, type HeldText } from '../text/held-record.ts';
import { LineCounter } from '../text/line-counter.ts';
import { countLineFeeds, excerpt, tooLong } from '../text/record-text.ts';

const RECORD_SEPARATOR = '\u001E';
const LINE_FEED = 0x0a;

export interface JsonSequenceSettings<T> {
  readonly maxRecordChars: number;
  /** Makes a record of what follows a separator, with its line feed. */
  readonly parse: ParseLine<T>;
}

/** Cuts a JSON text sequence (RFC 7464): each record follows a separator, and goes on to the next or to the end of the object. */
export function startJsonSequence<T>(
  settings: JsonSequenceSettings<T>,
  { reject }: ParserContext,
): ParserStage<string, T> {
  const stage = new JsonSequenceStage(settings, reject);
  return { push: (text, place) => stage.push(text, place), end: () => stage.end() };
}

class JsonSequenceStage<T> {
  readonly #settings: JsonSequenceSettings<T>;
  readonly #reject: ParserContext['reject'];
  readonly #held: HeldRecord;
  /** Whether what is held ends in a line feed. */
  #endsInFeed = false;
  /** Whether the first separator was met. */
  #isBegun = false;
  /** Line number at the beginning of the chunk at hand. */
  #line = 1;

  constructor(settings: JsonSequenceSettings<T>, reject: ParserContext['reject']) {
    this.#settings = settings;
    this.#reject = reject;
    // The line feed at the end is held, and is not part of the record.
    this.#held = new HeldRecord(settings.maxRecordChars + 1);
  }

  /** @throws MillraceError `JSON_SEQUENCE_INVALID` */
  push(text: string, place: TextPlace | undefined): Block<T> | readonly [] {
    const framed = new FramedRecords<T>(text, this.#line, place);
    const lines = new LineCounter(text, this.#line);
    let at = this.#isBegun ? 0 : this.#begin(text, lines);
    for (let end = text.indexOf(RECORD_SEPARATOR, at); end !== -1; end = text.indexOf(RECORD_SEPARATOR, at)) {
      if (at === 0 && this.#held.length > 0) {
        this.#hold(text, 0, end, 0, place);
        this.#takeHeld(framed);
      } else {
        this.#take(framed, text, at, end, lines);
      }
      at = end + 1;
    }
    if (at < text.length) this.#hold(text, at, text.length, lines.at(at), place);
    this.#line += countLineFeeds(text, 0, text.length);
    return framed.toBlock();
  }

  end(): Block<T> | readonly [] {
    const framed = new FramedRecords<T>('', this.#line, undefined);
    if (this.#held.length > 0) this.#takeHeld(framed);
    return framed.toBlock();
  }

  /** Returns where the first record begins, or the end of the chunk. */
  #begin(text: string, lines: LineCounter): number {
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at]!;
      if (char === RECORD_SEPARATOR) {
        this.#isBegun = true;
        return at + 1;
      }
      if (!/[\s\uFEFF]/.test(char)) throw notSequence(lines.at(at));
    }
    return text.length;
  }

  #take(framed: FramedRecords<T>, text: string, start: number, end: number, lines: LineCounter): void {
    const hasFeed = end > start && text.charCodeAt(end - 1) === LINE_FEED;
    const last = hasFeed ? end - 1 : end;
    const line = lines.at(start);
    const damaged = framed.isSound ? undefined : framed.damaged(start, last, line);
    const record = this.#toRecord(text.slice(start, last), last - start, line, damaged, hasFeed);
    if (record !== SKIP) framed.add(record, start, last);
  }

  #hold(text: string, from: number, to: number, line: number, place: TextPlace | undefined): void {
    if (from === to) return;
    this.#held.add(text, from, to, line, place);
    this.#endsInFeed = text.charCodeAt(to - 1) === LINE_FEED;
  }

  #takeHeld(framed: FramedRecords<T>): void {
    // Of what is too long, the end is not held.
    const feed = this.#endsInFeed && this.#held.isTooLong ? 1 : 0;
    this.#held.dropFeed();
    const held: HeldText = this.#held.take();
    const record = this.#toRecord(held.raw, held.length - feed, held.line, held.damaged, this.#endsInFeed);
    if (record !== SKIP) framed.addHeld(record, held);
  }

  #toRecord(
    raw: string,
    length: number,
    line: number,
    damaged: RejectedRecord | undefined,
    hasFeed: boolean,
  ): T | Rejected | typeof SKIP {
    const { maxRecordChars, parse } = this.#settings;
    const reject = this.#reject;
    if (length > maxRecordChars) return reject(tooLong(excerpt(raw, maxRecordChars), length, line, maxRecordChars));
    if (damaged !== undefined) return reject(damaged);
    const record = parse(hasFeed ? `${raw}\n` : raw);
    return record instanceof RecordProblem ? reject(rejectionOf(record, raw, line)) : record;
  }
}

function notSequence(line: number): MillraceError {
  return new MillraceError(
    'JSON_SEQUENCE_INVALID',
    `On line ${line} a character comes before the first record separator (U+001E), so this is not a JSON text sequence. ` +
      'If each line is a record, use parseNdjson(); for an array or one value, use parseJson().',
    { details: { line } },
  );
}
