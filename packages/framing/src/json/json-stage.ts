import { MillraceError } from '@millrace/core';
import type { Block, ParserContext, ParserStage, Rejected, RejectedRecord, TextPlace } from '@millrace/core/plugin';
import { FramedRecords } from '../text/framed-records.ts';
import { HeldRecord, type HeldText } from '../text/held-record.ts';
import { JsonCopies } from './json-copies.ts';
import { JsonExtent } from './json-extent.ts';
import { jsonFault } from './json-fault.ts';
import type { CopiedFields } from './json-path.ts';
import { JsonPosition } from './json-position.ts';
import type { CopiedValues, JsonParser } from './json-records.ts';
import { type JsonPurpose, JsonWalk, type JsonWalkSettings } from './json-walk.ts';
import { RecordProblem } from '../record-problem.ts';
import { rejectionOf } from '../lines/line-stage.ts';
import { excerpt, tooLong } from '../text/record-text.ts';

export interface JsonSettings<T> extends JsonWalkSettings {
  readonly copies: CopiedFields;
  readonly maxRecordChars: number;
  /** Reads names and fields to copy. */
  readonly parse: JsonParser;
  /** Makes a record of its text. */
  readonly toRecord: (text: string, copied: CopiedValues | undefined) => T | RecordProblem;
}

/** A value that has come to its end. */
interface EndedValue {
  readonly raw: string;
  readonly length: number;
  readonly line: () => number;
  readonly damaged: RejectedRecord | undefined;
  readonly at: { readonly start: number; readonly end: number } | HeldText;
}

/** Cuts JSON values along a path out of one item. */
export function startJson<T>(settings: JsonSettings<T>, { reject }: ParserContext): ParserStage<string, T> {
  const stage = new JsonStage(settings, reject);
  return { push: (text, place) => stage.push(text, place), end: () => stage.end() };
}

/**
 * Between values the walk takes characters; it says what the next value is read for. Within one the extent looks for its end,
 * and only records, names and fields to copy are kept.
 */
class JsonStage<T> {
  readonly #settings: JsonSettings<T>;
  readonly #reject: ParserContext['reject'];
  readonly #position = new JsonPosition();
  readonly #copies: JsonCopies;
  readonly #walk: JsonWalk;
  readonly #extent = new JsonExtent();
  readonly #held: HeldRecord;
  /** What the value at hand is read for; `undefined` between values. */
  #purpose: JsonPurpose | undefined;
  #framed = new FramedRecords<T>('', 1, undefined);
  #started = false;

  constructor(settings: JsonSettings<T>, reject: ParserContext['reject']) {
    this.#settings = settings;
    this.#reject = reject;
    this.#copies = new JsonCopies(settings.copies);
    this.#walk = new JsonWalk(settings, this.#copies, this.#position);
    this.#held = new HeldRecord(settings.maxRecordChars);
  }

  push(text: string, place: TextPlace | undefined): Block<T> | readonly [] {
    this.#framed = new FramedRecords<T>(text, this.#position.line, place);
    this.#position.begin(text, place);
    let at = !this.#started && text.startsWith('\uFEFF') ? 1 : 0;
    this.#started ||= text !== '';
    while (at < text.length) at = this.#purpose === undefined ? this.#step(text, at) : this.#read(text, at);
    this.#position.end();
    return this.#framed.toBlock();
  }

  /** @throws MillraceError `JSON_TRUNCATED` */
  end(): Block<T> | readonly [] {
    this.#framed = new FramedRecords<T>('', this.#position.line, undefined);
    const walk = this.#walk;
    // A number or a word ends with the item.
    if (walk.isOutside && this.#purpose !== undefined && this.#extent.isPlain) this.#takeHeld();
    const isBetween = walk.isOutside && this.#purpose === undefined;
    if (isBetween && (walk.documents > 0 || this.#settings.concatenated)) return this.#framed.toBlock();
    const what =
      isBetween && walk.documents === 0 ? 'the item has no JSON value.' : 'the JSON ends before it is complete.';
    throw this.#position.error('JSON_TRUNCATED', `${what} Ask the sender for a new copy.`, 0);
  }

  /** Takes a character between values. Returns the index to go on at. */
  #step(text: string, index: number): number {
    const code = text.charCodeAt(index);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) return index + 1;
    this.#purpose = this.#walk.step(code, index);
    if (this.#purpose === undefined) return index + 1;
    this.#extent.begin(code);
    return index;
  }

  /** Goes on with the value at hand. Returns the index after it, or the end of the chunk. */
  #read(text: string, start: number): number {
    const end = this.#extent.scan(text, start);
    const held = this.#held;
    if (this.#purpose === 'skip') {
      if (end === -1) return text.length;
      this.#purpose = undefined;
      this.#walk.ended();
    } else if (end === -1) {
      const line = held.length === 0 ? this.#position.lineAt(start) : 0;
      held.add(text, start, text.length, line, this.#position.place);
      return text.length;
    } else if (held.length > 0) {
      held.add(text, start, end, 0, this.#position.place);
      this.#takeHeld();
    } else {
      const framed = this.#framed;
      const line = (): number => this.#position.lineAt(start);
      const damaged = framed.isSound ? undefined : framed.damaged(start, end, line());
      this.#take({ raw: text.slice(start, end), length: end - start, line, damaged, at: { start, end } });
    }
    return end;
  }

  #takeHeld(): void {
    const whole = this.#held.take();
    this.#take({ ...whole, line: () => whole.line, at: whole });
  }

  #take(ended: EndedValue): void {
    const purpose = this.#purpose;
    this.#purpose = undefined;
    if (purpose === 'name') {
      this.#walk.named(this.#parsed(ended, 'the name of a field') as string);
    } else if (purpose === 'copy') {
      this.#walk.copied(this.#parsed(ended, `the field ${JSON.stringify(this.#walk.name)}`));
    } else {
      if (purpose === 'record') this.#addRecord(ended);
      this.#walk.ended();
    }
  }

  #addRecord(ended: EndedValue): void {
    const record = this.#toRecord(ended);
    if ('raw' in ended.at) this.#framed.addHeld(record, ended.at);
    else this.#framed.add(record, ended.at.start, ended.at.end);
  }

  #toRecord({ raw, length, line, damaged }: EndedValue): T | Rejected {
    const { maxRecordChars, toRecord } = this.#settings;
    const reject = this.#reject;
    if (length > maxRecordChars) return reject(tooLong(excerpt(raw, maxRecordChars), length, line(), maxRecordChars));
    if (damaged !== undefined) return reject(damaged);
    const record = toRecord(raw, this.#copies.values);
    return record instanceof RecordProblem ? reject(rejectionOf(record, raw, line())) : record;
  }

  /** Reads the text of a name or of a field to copy. */
  #parsed({ raw, length, line, damaged }: EndedValue, what: string): unknown {
    const { maxRecordChars, parse } = this.#settings;
    const error = (code: string, why: string, details = {}): MillraceError =>
      new MillraceError(code, `On line ${line()} ${what} ${why}`, { details: { line: line(), ...details } });
    // The length first: of what is too long to be held nobody knows whether it is damaged.
    if (length > maxRecordChars) throw error('JSON_FIELD_TOO_LONG', `has more characters than maxRecordChars allows.`);
    if (damaged !== undefined) throw error(damaged.code, `is damaged. ${damaged.message}`, damaged.details);
    let value: unknown;
    try {
      value = parse(raw);
    } catch {
      throw error('JSON_INVALID', `is not valid JSON: ${jsonFault(raw)}.`);
    }
    if (value instanceof RecordProblem) throw error(value.code, value.what, value.details);
    return value;
  }
}
