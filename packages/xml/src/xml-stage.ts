import {
  block,
  type CodecContext,
  type CodecStage,
  type RecordPlace,
  type Rejected,
  type TextPlace,
} from '@millrace/core/plugin';
import { XmlBuilder } from './xml-builder.ts';
import { damagedRecord, damageOf, type XmlPart } from './xml-damage.ts';
import { type XmlOrigin, xmlError } from './xml-origin.ts';
import { XmlPath } from './xml-path.ts';
import { XmlReader } from './xml-reader.ts';
import type { XmlRecord } from './xml-record.ts';
import { XmlScanner, type XmlToken } from './xml-scanner.ts';
import type { XmlSettings } from './xml-settings.ts';
import { EXCERPT_CHARS, recordTooLong } from './xml-text.ts';

/** A record that has begun. */
interface OpenRecord {
  readonly origin: XmlOrigin;
  readonly depth: number;
  raw: string;
  length: number;
  /** Whether it is stepped over, being too long. */
  isOver: boolean;
  isClosed: boolean;
  /** What earlier chunks brought of it, and where it begins or goes on in the chunk at hand. */
  parts: XmlPart[];
  from: number;
}

interface KeptRecord {
  readonly record: XmlRecord | Rejected;
  readonly raw: string;
  readonly origin: XmlOrigin;
}

/** `parseXml` at work on one item. */
export function startXml(settings: XmlSettings, { reject }: CodecContext): CodecStage<string, XmlRecord> {
  const { maxRecordChars, maxDepth, maxMarkupChars } = settings;
  const scanner = new XmlScanner(maxMarkupChars);
  const builder = new XmlBuilder(settings);
  const path = new XmlPath(settings);
  let depth = 0;
  let sawRoot = false;
  let current: OpenRecord | undefined;
  /** Text of a record that waits for the markup behind it. */
  let text: XmlToken | undefined;
  let token: XmlToken | undefined;
  let kept: KeptRecord[] = [];
  let place: TextPlace | undefined;
  /** What earlier chunks brought of the token that waits for its end. */
  let waiting: XmlPart[] = [];

  const reader = new XmlReader({
    open: (name, attributes) => {
      depth += 1;
      sawRoot = true;
      if (depth > maxDepth) {
        const what = `an element begins at depth ${depth}, and maxDepth allows ${maxDepth}.`;
        throw xmlError('XML_TOO_DEEP', what, token!.origin);
      }
      if (current === undefined && path.open(name)) {
        const { origin, from } = token!;
        current = { origin, depth, raw: '', length: 0, isOver: false, isClosed: false, parts: waiting, from };
        reader.listen(true);
      }
      if (current?.isOver === false) builder.open(name, attributes);
    },
    close: () => {
      if (current?.isOver === false) builder.close();
      if (current === undefined) path.close();
      else if (depth === current.depth) {
        current.isClosed = true;
        path.close();
      }
      depth -= 1;
    },
    text: (some) => builder.text(some),
  });

  /** Counts what belongs to the record at hand, and keeps it as far as it may be long. */
  function append(record: OpenRecord, some: string): void {
    record.length += some.length;
    if (!record.isOver || record.raw.length <= EXCERPT_CHARS) record.raw += some;
    if (record.length > maxRecordChars) stepOver(record);
  }

  function stepOver(record: OpenRecord): void {
    if (record.isOver) return;
    record.isOver = true;
    record.parts = [];
    reader.listen(false);
    builder.take();
  }

  /** What has come of something, up to `to` in the chunk at hand. */
  function partsTo(earlier: readonly XmlPart[], from: number, to: number): readonly XmlPart[] {
    return place === undefined ? earlier : [...earlier, { place, from, to }];
  }

  function keep({ origin, raw, length, isOver, parts, from }: OpenRecord, to: number): void {
    reader.listen(false);
    const { record, problem } = builder.take();
    const { line } = origin;
    const all = isOver ? [] : partsTo(parts, from, to);
    const damage = damageOf(all);
    if (damage !== undefined) {
      kept.push({ record: reject(damagedRecord(damage, all, line)), raw, origin });
    } else if (isOver) {
      const bad = recordTooLong(raw, length, line, maxRecordChars);
      kept.push({ record: reject(bad), raw: bad.raw as string, origin });
    } else if (problem === undefined) {
      kept.push({ record, raw, origin });
    } else {
      const { code, what, details } = problem;
      const bad = { code, message: `The record on line ${line} ${what}`, details, raw, line };
      kept.push({ record: reject(bad), raw, origin });
    }
    current = undefined;
  }

  /** Text that nobody listens to, which may come in pieces. */
  function passText(some: XmlToken): void {
    reader.write(some, undefined);
    if (current !== undefined) append(current, some.text);
  }

  /** Text or CDATA of a record that fits no more. */
  function takeTooLong(record: OpenRecord): void {
    stepOver(record);
    if (text !== undefined) passText(text);
    text = undefined;
  }

  function takeText(some: XmlToken): void {
    if (current === undefined || current.isOver) passText(some);
    else if (current.length + some.text.length > maxRecordChars) {
      stepOver(current);
      passText(some);
    } else {
      text = some;
    }
  }

  function takeCdata(some: XmlToken): void {
    if (depth === 0) throw xmlError('XML_INVALID', 'there is CDATA outside of the root element.', some.origin);
    if (current === undefined) return;
    if (!current.isOver && current.length + (text?.text.length ?? 0) + some.text.length > maxRecordChars)
      takeTooLong(current);
    if (current.isOver) append(current, some.text);
    else takeMarkup(some);
  }

  function takeMarkup(some: XmlToken): void {
    const before = current === undefined ? undefined : text;
    const wasOpen = current !== undefined;
    token = some;
    reader.write(before, some);
    text = undefined;
    if (current === undefined) return;
    if (wasOpen && before !== undefined) append(current, before.text);
    append(current, some.text);
    if (current.isClosed) keep(current, some.to);
  }

  /** Damaged markup outside of records may have been anything, such as the beginning of one. */
  function checkDamage({ from, to, origin }: XmlToken): void {
    const damage = damageOf(partsTo(waiting, from, to));
    if (damage !== undefined) throw xmlError(damage.code, `damaged markup begins. ${damage.message}`, origin);
  }

  function take(next: XmlToken): void {
    const isOutside = current === undefined;
    const before = kept.length;
    if (next.kind === 'text') takeText(next);
    else if (next.kind === 'cdata') takeCdata(next);
    else takeMarkup(next);
    const isMarkup = next.kind === 'tag' || next.kind === 'other';
    // Unless it began a record, or was one.
    if (isMarkup && isOutside && current === undefined && kept.length === before) checkDamage(next);
    waiting = [];
  }

  /** Remembers what the chunk at hand has of a record, or of a token, that goes on in the next one. */
  function carryOver(length: number): void {
    // Without bytes there can be no damage.
    if (place?.bytes === undefined) return;
    if (current === undefined) {
      if (scanner.waiting > 0) waiting.push({ place, from: scanner.index, to: length });
    } else if (!current.isOver) {
      current.parts.push({ place, from: current.from, to: length });
      current.from = 0;
    }
  }

  function scan(): void {
    for (;;) {
      const next = scanner.next(current?.isOver === false);
      if (next === undefined) {
        const isTooLong =
          current?.isOver === false &&
          scanner.waitsForText &&
          current.length + (text?.text.length ?? 0) + scanner.waiting > maxRecordChars;
        if (!isTooLong) return;
        takeTooLong(current!);
      } else {
        take(next);
      }
    }
  }

  function emit(): ReturnType<typeof block<XmlRecord>> | readonly [] {
    const all = kept;
    kept = [];
    if (all.length === 0) return [];
    const placeOf = (index: number): RecordPlace => {
      const { raw, origin } = all[index]!;
      return { raw, line: origin.line, byteOffset: origin.byteOffset() };
    };
    return block(
      all.map(({ record }) => record),
      placeOf,
    );
  }

  let started = false;
  return {
    push(chunk, from) {
      place = from;
      scanner.add(chunk, place);
      if (!started && chunk !== '') {
        scanner.skipMark();
        started = true;
      }
      scan();
      carryOver(chunk.length);
      return emit();
    },
    end() {
      const { end } = scanner;
      const rest = scanner.rest();
      if (rest !== undefined) reader.write(rest, undefined);
      if (depth > 0 || !sawRoot || scanner.waitsForMarkup) {
        const what = sawRoot ? 'the XML ends before it is complete.' : 'the item ends without a root element.';
        throw xmlError('XML_TRUNCATED', `${what} Have the file sent anew.`, end);
      }
      reader.end(end);
      if (!path.isFound && settings.onMissing === 'fail') {
        const wanted = `/${settings.record.slice(0, -1).join('/')}`;
        const what = `the item ends, and there was no element ${wanted}, in which "record" says that the records are.`;
        throw xmlError('XML_RECORD_MISSING', what, end);
      }
      return emit();
    },
  };
}
