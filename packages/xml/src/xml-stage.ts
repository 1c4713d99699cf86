import type { Block, ParserContext, ParserStage, Rejected, TextPlace } from '@millrace/core/plugin';
import { damagedRecord, damageIn, excerpt, FramedRecords, type TextPart, tooLong } from '@millrace/framing';
import { OpenRecord } from './open-record.ts';
import { XmlBuilder, type XmlProblem } from './xml-builder.ts';
import { type XmlOrigin, xmlError } from './xml-origin.ts';
import { XmlPath } from './xml-path.ts';
import { XmlReader } from './xml-reader.ts';
import type { XmlRecord } from './xml-record.ts';
import type { XmlSettings } from './xml-settings.ts';
import { XmlSource } from './xml-source.ts';
import type { XmlTag } from './xml-tag.ts';

/** `parseXml` at work on one item. */
export function startXml(settings: XmlSettings, { reject }: ParserContext): ParserStage<string, XmlRecord> {
  const stage = new XmlStage(settings, reject);
  return { push: (text, place) => stage.push(text, place), end: () => stage.end() };
}

/**
 * The source holds the text, the reader judges it and says which elements begin and end, the path which of them are records,
 * and the builder makes these. Here is what connects the four: the record at hand.
 */
class XmlStage {
  readonly #settings: XmlSettings;
  readonly #reject: ParserContext['reject'];
  readonly #source = new XmlSource();
  readonly #builder: XmlBuilder;
  readonly #path: XmlPath;
  readonly #reader: XmlReader;
  #started = false;
  #chunk = '';
  /** The record at hand. */
  #record: OpenRecord | undefined;
  /** Whether the markup at hand began or ended a record. */
  #isOfRecord = false;
  /** What earlier chunks brought of the token that waits for its end, outside of records. */
  #waiting: TextPart[] = [];
  /** The records of the chunk at hand. */
  #framed = new FramedRecords<XmlRecord>('', 1, undefined);

  constructor(settings: XmlSettings, reject: ParserContext['reject']) {
    this.#settings = settings;
    this.#reject = reject;
    this.#builder = new XmlBuilder(settings);
    this.#path = new XmlPath(settings);
    this.#reader = new XmlReader(this.#source, settings, {
      open: (tag) => this.#openElement(tag),
      close: (end) => this.#closeElement(end),
      text: (text) => this.#builder.text(text),
      waits: (end) => this.#waits(end),
      markup: (end) => this.#passMarkup(end),
    });
  }

  /** @throws MillraceError `XML_INVALID`, `XML_TOO_DEEP`, `XML_MARKUP_TOO_LONG` */
  push(chunk: string, place: TextPlace | undefined): Block<XmlRecord> | readonly [] {
    const source = this.#source;
    this.#chunk = chunk;
    source.add(chunk, place);
    this.#framed = new FramedRecords(chunk, source.chunkLine, place);
    if (!this.#started && chunk !== '') {
      source.skipMark();
      this.#started = true;
    }
    this.#reader.read();
    this.#carryOver();
    return this.#framed.toBlock();
  }

  /** @throws MillraceError `XML_TRUNCATED`, `XML_INVALID`, `XML_RECORD_MISSING` */
  end(): readonly [] {
    const reader = this.#reader;
    const { end } = this.#source;
    reader.readLast();
    if (reader.depth > 0 || !reader.sawRoot || reader.waitsForMarkup) {
      const what = reader.sawRoot ? 'the XML ends before it is complete.' : 'the item ends without a root element.';
      throw xmlError('XML_TRUNCATED', `${what} Ask the sender for a new copy.`, end);
    }
    if (!this.#path.isFound && this.#settings.onMissing === 'fail')
      throw xmlError('XML_RECORD_MISSING', this.#missing(), end);
    return [];
  }

  #missing(): string {
    const { record, isPath } = this.#settings;
    const wanted = isPath ? `/${record.join('/')}` : record[0];
    const what = `the item ends, and no element was ${wanted}, which "record" names.`;
    const advice = this.#path.sawOtherPrefix
      ? 'There is one that differs in its prefix: set stripPrefixes to true, or correct "record".'
      : `Correct "record", or set onMissing to 'skip' if an item may have no records.`;
    return `${what} ${advice}`;
  }

  #openElement(tag: XmlTag): void {
    const { maxDepth } = this.#settings;
    const { depth } = this.#reader;
    if (depth > maxDepth)
      throw this.#source.error('XML_TOO_DEEP', `an element begins at depth ${depth}, and maxDepth allows ${maxDepth}.`);
    if (this.#record === undefined && this.#path.open(tag.name)) this.#beginRecord(depth);
    if (this.#reader.listens) this.#builder.open(tag);
  }

  #closeElement(end: number): void {
    const record = this.#record;
    if (this.#reader.listens) this.#builder.close();
    if (record === undefined) {
      this.#path.close();
    } else if (this.#reader.depth === record.depth) {
      this.#path.close();
      this.#endRecord(record, end);
    }
  }

  #beginRecord(depth: number): void {
    const { text, at, chunkAt } = this.#source;
    const record = new OpenRecord(depth, at - chunkAt);
    if (at < chunkAt) record.hold(text.slice(at, chunkAt), this.#waiting, this.#source.originOf(at));
    this.#record = record;
    this.#isOfRecord = true;
    this.#reader.listens = true;
  }

  #endRecord(ended: OpenRecord, end: number): void {
    const to = end - this.#source.chunkAt;
    const { record, problem } = this.#builder.take();
    this.#record = undefined;
    this.#isOfRecord = true;
    this.#reader.listens = false;
    const isLong = ended.lengthTo(to) > this.#settings.maxRecordChars;
    if (ended.origin === undefined && !isLong && problem === undefined && this.#framed.isSound)
      this.#framed.add(record, ended.from, to);
    else this.#addHeld(ended, to, record, problem);
  }

  /** Adds a record that is not, or may not be, a whole and sound one of the chunk at hand. */
  #addHeld(ended: OpenRecord, to: number, record: XmlRecord, problem: XmlProblem | undefined): void {
    const { maxRecordChars } = this.#settings;
    const length = ended.lengthTo(to);
    const { line, byteOffset } = this.#originOf(ended);
    if (length > maxRecordChars) ended.stepOver();
    const whole = ended.rawTo(this.#chunk, to);
    const raw = ended.isOver ? excerpt(whole, maxRecordChars) : whole;
    const held = { raw, length, line, byteOffset, damaged: undefined };
    this.#framed.addHeld(this.#rejection(ended, to, raw, line, problem) ?? record, held);
  }

  #rejection(
    ended: OpenRecord,
    to: number,
    raw: string,
    line: number,
    problem: XmlProblem | undefined,
  ): Rejected | undefined {
    const reject = this.#reject;
    const { maxRecordChars } = this.#settings;
    if (ended.isOver) return reject(tooLong(raw, ended.lengthTo(to), line, maxRecordChars));
    const { place } = this.#source;
    // Without bytes there can be no damage.
    const damaged = place?.bytes === undefined ? undefined : damagedRecord(ended.partsTo(place, to), raw, line);
    if (damaged !== undefined) return reject(damaged);
    if (problem === undefined) return undefined;
    const { code, what, details } = problem;
    return reject({ code, message: `The record on line ${line} ${what}`, details, raw, line });
  }

  #originOf(record: OpenRecord): XmlOrigin {
    return record.origin ?? this.#source.originOf(this.#source.chunkAt + record.from);
  }

  /** Returns whether the record at hand may go on with text up to `end`; steps over it if not. */
  #waits(end: number): boolean {
    const record = this.#record!;
    this.#limit(record, end);
    return !record.isOver;
  }

  #passMarkup(end: number): void {
    if (this.#record !== undefined) this.#limit(this.#record, end);
    else if (!this.#isOfRecord) this.#checkDamage(end);
    this.#isOfRecord = false;
  }

  /** Steps over a record that is too long by `end`. */
  #limit(record: OpenRecord, end: number): void {
    if (record.isOver || record.lengthTo(end - this.#source.chunkAt) <= this.#settings.maxRecordChars) return;
    record.stepOver();
    this.#reader.listens = false;
    this.#builder.take();
  }

  /** Damaged markup outside of records may have been anything, such as the beginning of one. */
  #checkDamage(end: number): void {
    const source = this.#source;
    const { place, at, chunkAt } = source;
    if (place?.bytes === undefined) return;
    const here = { place, from: Math.max(at - chunkAt, 0), to: end - chunkAt };
    for (const part of at < chunkAt ? [...this.#waiting, here] : [here]) {
      const damage = damageIn(part.place, part.from, part.to);
      if (damage !== undefined) throw source.error(damage.code, `damaged markup begins. ${damage.message}`);
    }
  }

  /** Holds what the chunk at hand has of a record, or of a token, that goes on in the next one. */
  #carryOver(): void {
    const source = this.#source;
    const { place, at, chunkAt } = source;
    if (this.#record !== undefined) {
      this.#record.carryOver(this.#chunk, place, this.#originOf(this.#record));
      return;
    }
    if (at >= chunkAt) this.#waiting = [];
    // Without bytes there can be no damage.
    if (place?.bytes === undefined || source.waiting === 0) return;
    this.#waiting.push({ place, from: Math.max(at - chunkAt, 0), to: this.#chunk.length });
  }
}
