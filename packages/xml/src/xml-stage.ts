import { block, type CodecContext, type CodecStage, type RecordPlace, type Rejected } from '@millrace/core';
import { XmlBuilder } from './xml-builder.ts';
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

  const reader = new XmlReader({
    open: (name, attributes) => {
      depth += 1;
      sawRoot = true;
      if (depth > maxDepth) {
        const what = `an element begins at depth ${depth}, and maxDepth allows ${maxDepth}.`;
        throw xmlError('XML_TOO_DEEP', what, token!.origin);
      }
      if (current === undefined && path.open(name)) {
        current = { origin: token!.origin, depth, raw: '', length: 0, isOver: false, isClosed: false };
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
    reader.listen(false);
    builder.take();
  }

  function keep({ origin, raw, length, isOver }: OpenRecord): void {
    reader.listen(false);
    const { record, problem } = builder.take();
    const { line } = origin;
    if (isOver) {
      const bad = recordTooLong(raw, length, line, maxRecordChars);
      kept.push({ record: reject(bad), raw: bad.raw as string, origin });
    } else if (problem === undefined) {
      kept.push({ record, raw, origin });
    } else {
      const { code, what } = problem;
      kept.push({ record: reject({ code, message: `The record on line ${line} ${what}`, raw, line }), raw, origin });
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
    if (current.isClosed) keep(current);
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
      } else if (next.kind === 'text') takeText(next);
      else if (next.kind === 'cdata') takeCdata(next);
      else takeMarkup(next);
    }
  }

  function emit(): ReturnType<typeof block<XmlRecord>> | readonly [] {
    const all = kept;
    kept = [];
    if (all.length === 0) return [];
    const place = (index: number): RecordPlace => {
      const { raw, origin } = all[index]!;
      return { raw, line: origin.line, byteOffset: origin.byteOffset() };
    };
    return block(
      all.map(({ record }) => record),
      place,
    );
  }

  let started = false;
  return {
    push(chunk, place) {
      scanner.add(chunk, place);
      if (!started && chunk !== '') {
        scanner.skipMark();
        started = true;
      }
      scan();
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
