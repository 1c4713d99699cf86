import {
  block,
  type Block,
  type ParserContext,
  type ParserStage,
  type RecordPlace,
  type Rejected,
  type TextPlace,
} from '@millrace/core/plugin';
import { damagedRecord, damageIn, excerpt, type TextPart, tooLong } from '@millrace/framing';
import { OpenRecord } from './open-record.ts';
import { XmlBuilder } from './xml-builder.ts';
import { type XmlOrigin, xmlError } from './xml-origin.ts';
import { XmlPath } from './xml-path.ts';
import { XmlReader } from './xml-reader.ts';
import type { XmlRecord } from './xml-record.ts';
import { XmlScanner, type XmlToken } from './xml-scanner.ts';
import type { XmlSettings } from './xml-settings.ts';

interface KeptRecord {
  readonly record: XmlRecord | Rejected;
  readonly raw: string;
  readonly origin: XmlOrigin;
}

/** `parseXml` at work on one item. */
export function startXml(settings: XmlSettings, { reject }: ParserContext): ParserStage<string, XmlRecord> {
  const stage = new XmlStage(settings, reject);
  return { push: (text, place) => stage.push(text, place), end: () => stage.end() };
}

/**
 * The scanner cuts tokens, the reader judges them and says which elements begin and end, the path which of them are records,
 * and the builder makes these. Here is what connects the four: the record at hand, and what waits for the next token.
 */
class XmlStage {
  readonly #settings: XmlSettings;
  readonly #reject: ParserContext['reject'];
  readonly #scanner: XmlScanner;
  readonly #builder: XmlBuilder;
  readonly #path: XmlPath;
  readonly #reader: XmlReader;
  /** Elements that are open. */
  #depth = 0;
  #sawRoot = false;
  #started = false;
  /** The record at hand. */
  #current: OpenRecord | undefined;
  /** Text of it that waits for the markup after it. */
  #text: XmlToken | undefined;
  /** The markup that the reader is given. */
  #token: XmlToken | undefined;
  /** Where the chunk at hand came from. */
  #place: TextPlace | undefined;
  /** What earlier chunks brought of the token that waits for its end, outside of records. */
  #waiting: TextPart[] = [];
  /** The records of the chunk at hand. */
  #kept: KeptRecord[] = [];

  constructor(settings: XmlSettings, reject: ParserContext['reject']) {
    this.#settings = settings;
    this.#reject = reject;
    this.#scanner = new XmlScanner(settings.maxMarkupChars);
    this.#builder = new XmlBuilder(settings);
    this.#path = new XmlPath(settings);
    this.#reader = new XmlReader({
      open: (name, attributes) => this.#openElement(name, attributes),
      close: () => this.#closeElement(),
      text: (some) => this.#builder.text(some),
    });
  }

  push(chunk: string, place: TextPlace | undefined): Block<XmlRecord> | readonly [] {
    this.#place = place;
    this.#scanner.add(chunk, place);
    if (!this.#started && chunk !== '') {
      this.#scanner.skipMark();
      this.#started = true;
    }
    this.#scan();
    this.#carryOver(chunk.length);
    return this.#emit();
  }

  /** @throws MillraceError `XML_TRUNCATED`, `XML_INVALID`, `XML_RECORD_MISSING` */
  end(): Block<XmlRecord> | readonly [] {
    const { end } = this.#scanner;
    const rest = this.#scanner.rest();
    if (rest !== undefined) this.#reader.write(rest, undefined);
    if (this.#depth > 0 || !this.#sawRoot || this.#scanner.waitsForMarkup) {
      const what = this.#sawRoot ? 'the XML ends before it is complete.' : 'the item ends without a root element.';
      throw xmlError('XML_TRUNCATED', `${what} Ask the sender for a new copy.`, end);
    }
    this.#reader.end(end);
    if (!this.#path.isFound && this.#settings.onMissing === 'fail')
      throw xmlError('XML_RECORD_MISSING', this.#missing(), end);
    return this.#emit();
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

  #openElement(name: string, attributes: Readonly<Record<string, string>>): void {
    const { maxDepth, maxRecordChars } = this.#settings;
    this.#depth += 1;
    this.#sawRoot = true;
    const { origin, from } = this.#token!;
    if (this.#depth > maxDepth) {
      throw xmlError(
        'XML_TOO_DEEP',
        `an element begins at depth ${this.#depth}, and maxDepth allows ${maxDepth}.`,
        origin,
      );
    }
    if (this.#current === undefined && this.#path.open(name)) {
      this.#current = new OpenRecord(origin, this.#depth, maxRecordChars, this.#waiting, from);
      this.#reader.listen(true);
    }
    if (this.#current?.isOver === false) this.#builder.open(name, attributes);
  }

  #closeElement(): void {
    const current = this.#current;
    if (current?.isOver === false) this.#builder.close();
    if (current === undefined || this.#depth === current.depth) this.#path.close();
    if (current !== undefined && this.#depth === current.depth) current.isClosed = true;
    this.#depth -= 1;
  }

  #scan(): void {
    for (;;) {
      const current = this.#current;
      const next = this.#scanner.next(current?.isOver === false);
      if (next !== undefined) {
        this.#take(next);
        continue;
      }
      if (current === undefined || current.isOver || !this.#scanner.waitsForText) return;
      if (!current.isTooLongWith(this.#textLength + this.#scanner.waiting)) return;
      this.#giveUp(current);
    }
  }

  #take(next: XmlToken): void {
    const isOutside = this.#current === undefined;
    const before = this.#kept.length;
    if (next.kind === 'text') this.#takeText(next);
    else if (next.kind === 'cdata') this.#takeCdata(next);
    else this.#takeMarkup(next);
    const isMarkup = next.kind === 'tag' || next.kind === 'other';
    // Unless it began a record, or was one.
    if (isMarkup && isOutside && this.#current === undefined && this.#kept.length === before) this.#checkDamage(next);
    // A record that began takes the list over.
    this.#waiting = [];
  }

  #takeText(some: XmlToken): void {
    const current = this.#current;
    if (current === undefined || current.isOver) {
      this.#passText(some);
    } else if (current.isTooLongWith(some.text.length)) {
      this.#stepOver(current);
      this.#passText(some);
    } else {
      this.#text = some;
    }
  }

  #takeCdata(some: XmlToken): void {
    if (this.#depth === 0) throw xmlError('XML_INVALID', 'there is CDATA outside of the root element.', some.origin);
    const current = this.#current;
    if (current === undefined) return;
    if (!current.isOver && current.isTooLongWith(this.#textLength + some.text.length)) this.#giveUp(current);
    if (current.isOver) this.#append(current, some.text);
    else this.#takeMarkup(some);
  }

  #takeMarkup(some: XmlToken): void {
    const wasOpen = this.#current !== undefined;
    const before = wasOpen ? this.#text : undefined;
    this.#token = some;
    this.#reader.write(before, some);
    this.#text = undefined;
    const current = this.#current;
    if (current === undefined) return;
    if (before !== undefined) this.#append(current, before.text);
    this.#append(current, some.text);
    if (current.isClosed) this.#keep(current, some.to);
  }

  /** Text that nobody listens to, which may come in pieces. */
  #passText(some: XmlToken): void {
    this.#reader.write(some, undefined);
    if (this.#current !== undefined) this.#append(this.#current, some.text);
  }

  get #textLength(): number {
    return this.#text?.text.length ?? 0;
  }

  #append(record: OpenRecord, some: string): void {
    record.append(some);
    if (!record.isOver && record.isTooLongWith(0)) this.#stepOver(record);
  }

  /** Steps over a record that its text or CDATA makes too long. */
  #giveUp(record: OpenRecord): void {
    this.#stepOver(record);
    if (this.#text !== undefined) this.#passText(this.#text);
    this.#text = undefined;
  }

  #stepOver(record: OpenRecord): void {
    record.stepOver();
    this.#reader.listen(false);
    this.#builder.take();
  }

  #keep(ended: OpenRecord, to: number): void {
    this.#reader.listen(false);
    this.#current = undefined;
    const { origin, raw } = ended;
    const record = this.#toRecord(ended, to);
    const shown = ended.isOver ? excerpt(raw, this.#settings.maxRecordChars) : raw;
    this.#kept.push({ record, raw: shown, origin });
  }

  #toRecord(ended: OpenRecord, to: number): XmlRecord | Rejected {
    const reject = this.#reject;
    const { maxRecordChars } = this.#settings;
    const { record, problem } = this.#builder.take();
    const { raw, length, isOver, origin } = ended;
    const { line } = origin;
    if (isOver) return reject(tooLong(excerpt(raw, maxRecordChars), length, line, maxRecordChars));
    // Without bytes there can be no damage.
    const damaged =
      this.#place?.bytes === undefined ? undefined : damagedRecord(ended.partsTo(this.#place, to), raw, line);
    if (damaged !== undefined) return reject(damaged);
    if (problem === undefined) return record;
    const { code, what, details } = problem;
    return reject({ code, message: `The record on line ${line} ${what}`, details, raw, line });
  }

  /** Damaged markup outside of records may have been anything, such as the beginning of one. */
  #checkDamage({ from, to, origin }: XmlToken): void {
    const here = this.#place === undefined ? [] : [{ place: this.#place, from, to }];
    for (const part of [...this.#waiting, ...here]) {
      const damage = damageIn(part.place, part.from, part.to);
      if (damage !== undefined) throw xmlError(damage.code, `damaged markup begins. ${damage.message}`, origin);
    }
  }

  /** Remembers what the chunk at hand has of a record, or of a token, that goes on in the next one. */
  #carryOver(length: number): void {
    const place = this.#place;
    // Without bytes there can be no damage.
    if (place?.bytes === undefined) return;
    if (this.#current !== undefined) this.#current.carryOver(place, length);
    else if (this.#scanner.waiting > 0) this.#waiting.push({ place, from: this.#scanner.index, to: length });
  }

  #emit(): Block<XmlRecord> | readonly [] {
    const all = this.#kept;
    if (all.length === 0) return [];
    this.#kept = [];
    const placeOf = (index: number): RecordPlace => {
      const { raw, origin } = all[index]!;
      return { raw, line: origin.line, byteOffset: origin.byteOffset() };
    };
    return block(
      all.map(({ record }) => record),
      placeOf,
    );
  }
}
