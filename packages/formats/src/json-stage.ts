import { MillraceError } from '@millrace/core';
import type { CodecContext, CodecStage, Rejected, RejectedRecord, TextPlace } from '@millrace/core/plugin';
import { FramedRecords } from './framed-records.ts';
import { HeldRecord, type HeldText } from './held-record.ts';
import { JsonExtent } from './json-extent.ts';
import { type CopiedFields, EACH, type JsonStep } from './json-path.ts';
import { jsonFault } from './json-fault.ts';
import type { JsonParser } from './json-numbers.ts';
import { jsonRecord } from './json-records.ts';
import { LineProblem } from './line-problem.ts';
import { rejectionOf } from './line-stage.ts';
import { countLineFeeds, excerpt, tooLong } from './record-text.ts';

export interface JsonSettings {
  readonly path: readonly JsonStep[];
  readonly copies: CopiedFields;
  readonly concatenated: boolean;
  readonly onMissing: 'fail' | 'skip';
  readonly maxRecordChars: number;
  readonly parse: JsonParser;
}

/** What may come next outside of values: a value, or the end of an empty array; a name, or the end of an object; … */
type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma';

/** What a value is read for. */
type Purpose = 'record' | 'name' | 'copy' | 'skip';

/** A value that has come to its end. */
interface Ended {
  readonly raw: string;
  readonly length: number;
  readonly line: () => number;
  readonly damaged: RejectedRecord | undefined;
  readonly at: { readonly start: number; readonly end: number } | HeldText;
}

/**
 * `parseJson` at work on one item. It follows the path through the arrays and objects around the records; everything else
 * is a value whose end is looked for, and of which only records, names and fields to copy are kept.
 */
export function startJson<T>(settings: JsonSettings, { reject }: CodecContext): CodecStage<string, T> {
  const { path, copies, concatenated, onMissing, maxRecordChars, parse } = settings;
  const hasCopies = copies.some(({ size }) => size > 0);
  const extent = new JsonExtent();
  const held = new HeldRecord(maxRecordChars);
  /** Arrays and objects of the path that are open: the first so many steps. */
  let open = 0;
  let expected: Expected = 'value';
  let purpose: Purpose | undefined; // Of the value that is being read.
  let name: string | undefined; // Of the field at hand.
  const found: boolean[] = []; // By open step: whether the field that leads on was met.
  let copied: Record<string, unknown> = {};
  let documents = 0;
  let line = 1;
  let started = false;

  let text = '';
  let counted = { index: 0, line };
  let place: TextPlace | undefined;
  let framed = new FramedRecords<T>('', 1, undefined);

  /** Values come in order, so that each stretch is counted once, however many of them are rejected. */
  function lineAt(index: number): number {
    if (index < counted.index) return counted.line - countLineFeeds(text, index, counted.index);
    counted = { index, line: counted.line + countLineFeeds(text, counted.index, index) };
    return counted.line;
  }

  function fail(code: string, what: string, index: number): MillraceError {
    const at = lineAt(index);
    const byteOffset = place?.byteOffset(index);
    return new MillraceError(code, `On line ${at} ${what}`, {
      details: { line: at, ...(byteOffset !== undefined && { byteOffset }) },
    });
  }

  function unexpected(index: number): MillraceError {
    const wanted = expected === 'comma' ? 'a comma or the end' : `a ${expected.replace('first ', '')}`;
    const what =
      open === 0 && documents > 0 && !concatenated
        ? 'something follows the JSON value. If a file may have several, set "concatenated".'
        : `a character stands in the place of ${wanted}. The JSON is broken, and what follows it cannot be told.`;
    return fail('JSON_INVALID', what, index);
  }

  /** The path does not lead on here. */
  function missing(what: string, index: number): void {
    if (onMissing === 'fail') throw fail('JSON_PATH_MISSING', what, index);
  }

  /** A value begins at `index`: on the path if `onPath`. Opens it where the path leads into it, else reads it. */
  function beginValue(index: number, onPath: boolean): void {
    const code = text.charCodeAt(index);
    if (onPath && open < path.length) {
      const step = path[open]!;
      if (code === (step === EACH ? 0x5b : 0x7b)) {
        clearCopies();
        found[open] = false;
        open += 1;
        expected = step === EACH ? 'first value' : 'first name';
        return;
      }
      missing(`a value begins that is no ${step === EACH ? 'array' : 'object'}, as "path" says it should be.`, index);
    }
    purpose = !onPath ? 'skip' : open === path.length ? 'record' : 'skip';
    if (!onPath && copies[open - 1]?.has(name!) === true) {
      if (found[open - 1] === true) {
        const what = `the field ${JSON.stringify(name)} is to be copied into records, but comes behind them.`;
        throw fail('JSON_FIELD_LATE', what, index);
      }
      purpose = 'copy';
    }
    extent.begin(code);
  }

  /** Fields of the object that is about to open, and of those in it, are not known any more. */
  function clearCopies(): void {
    if (!hasCopies) return;
    const kept = new Set(copies.slice(0, open).flatMap((fields) => [...fields.values()]));
    copied = Object.fromEntries(Object.entries(copied).filter(([target]) => kept.has(target)));
  }

  function close(index: number): void {
    const step = path[open - 1];
    if (typeof step === 'string' && found[open - 1] !== true) {
      missing(`an object ends that has no field ${JSON.stringify(step)}, into which "path" leads.`, index);
    }
    open -= 1;
    endValue();
  }

  /** A value has ended, at the level at hand. */
  function endValue(): void {
    if (open === 0) documents += 1;
    expected = open === 0 ? 'value' : 'comma';
  }

  function toRecord({ raw, length, line: lineOf, damaged }: Ended): T | Rejected {
    if (length > maxRecordChars) return reject(tooLong(excerpt(raw, maxRecordChars), length, lineOf(), maxRecordChars));
    if (damaged !== undefined) return reject(damaged);
    const record = jsonRecord<T>(raw, parse, hasCopies ? copied : undefined);
    return record instanceof LineProblem ? reject(rejectionOf(record, raw, lineOf())) : record;
  }

  /** Reads the text of a name or of a field to copy. */
  function parsed({ raw, length, line: lineOf, damaged }: Ended, what: string): unknown {
    const at = lineOf();
    const problem = (code: string, why: string, details = {}): MillraceError =>
      new MillraceError(code, `On line ${at} ${what} ${why}`, { details: { line: at, ...details } });
    // The length first: of what is too long to be held nobody knows whether it is damaged.
    if (length > maxRecordChars)
      throw problem('JSON_FIELD_TOO_LONG', `has more characters than maxRecordChars allows.`);
    if (damaged !== undefined) throw problem(damaged.code, `is damaged. ${damaged.message}`, damaged.details);
    try {
      return parse(raw);
    } catch {
      throw problem('JSON_INVALID', `is not valid JSON: ${jsonFault(raw)}.`);
    }
  }

  function take(ended: Ended): void {
    if (purpose === 'record') {
      const record = toRecord(ended);
      if ('raw' in ended.at) framed.addHeld(record, ended.at);
      else framed.add(record, ended.at.start, ended.at.end);
    } else if (purpose === 'name') {
      name = parsed(ended, 'the name of a field') as string;
      purpose = undefined;
      expected = 'colon';
      return;
    } else if (purpose === 'copy') {
      copied = { ...copied, [copies[open - 1]!.get(name!)!]: parsed(ended, `the field ${JSON.stringify(name)}`) };
    }
    purpose = undefined;
    endValue();
  }

  /** Goes on with the value at hand. Answers the index behind it, or the end of the chunk. */
  function readValue(start: number): number {
    const end = extent.scan(text, start);
    if (purpose === 'skip') {
      if (end === -1) return text.length;
      take(NOTHING);
    } else if (end === -1) {
      held.add(text, start, text.length, held.length === 0 ? lineAt(start) : 0, place);
      return text.length;
    } else if (held.length > 0) {
      held.add(text, start, end, 0, place);
      takeHeld();
    } else {
      const damaged = framed.isSound ? undefined : framed.damaged(start, end, lineAt(start));
      const raw = text.slice(start, end);
      take({ raw, length: end - start, line: () => lineAt(start), damaged, at: { start, end } });
    }
    return end;
  }

  function takeHeld(): void {
    const whole = held.take();
    take({ ...whole, line: () => whole.line, at: whole });
  }

  /** Takes a character outside of values. Answers the index to go on at. */
  function step(index: number): number {
    const code = text.charCodeAt(index);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) return index + 1;
    const isArray = open > 0 && path[open - 1] === EACH;
    switch (expected) {
      case 'first value':
      case 'value':
        if (code === 0x5d && expected === 'first value') {
          close(index);
          return index + 1;
        }
        if (!beginsValue(code) || (open === 0 && documents > 0 && !concatenated)) throw unexpected(index);
        return begin(index, open === 0 || isArray || name === path[open - 1]);
      case 'first name':
      case 'name':
        if (code === 0x7d && expected === 'first name') {
          close(index);
          return index + 1;
        }
        if (code !== 0x22) throw unexpected(index);
        purpose = 'name';
        extent.begin(code);
        return index;
      case 'colon':
        if (code !== 0x3a) throw unexpected(index);
        expected = 'value';
        return index + 1;
      case 'comma':
        if (code === (isArray ? 0x5d : 0x7d)) close(index);
        else if (code === 0x2c) expected = isArray ? 'value' : 'name';
        else throw unexpected(index);
        return index + 1;
    }
  }

  function begin(index: number, onPath: boolean): number {
    if (onPath && open > 0) found[open - 1] = true;
    beginValue(index, onPath);
    return purpose === undefined ? index + 1 : index;
  }

  return {
    push(chunk, from) {
      text = chunk;
      counted = { index: 0, line };
      place = from;
      framed = new FramedRecords<T>(text, line, place);
      let at = !started && text.startsWith('\uFEFF') ? 1 : 0;
      started ||= text !== '';
      while (at < text.length) at = purpose === undefined ? step(at) : readValue(at);
      line = lineAt(text.length);
      const block = framed.toBlock();
      text = '';
      counted = { index: 0, line };
      place = undefined;
      return block;
    },
    end() {
      framed = new FramedRecords<T>('', line, undefined);
      if (open === 0 && purpose !== undefined && extent.isPlain) {
        takeHeld();
      }
      if (open === 0 && purpose === undefined && (documents > 0 || concatenated)) return framed.toBlock();
      const what =
        documents === 0 && open === 0 && purpose === undefined
          ? 'the item has no JSON value.'
          : 'the JSON ends before it is complete.';
      throw fail('JSON_TRUNCATED', `${what} Have the file sent anew.`, 0);
    },
  };
}

const NOTHING: Ended = { raw: '', length: 0, line: () => 0, damaged: undefined, at: { start: 0, end: 0 } };

/** A quote, a bracket, or the first character of a number or word; whether the word exists is for `JSON.parse` to say. */
function beginsValue(code: number): boolean {
  return code > 0x20 && code !== 0x2c && code !== 0x3a && code !== 0x5d && code !== 0x7d;
}
