import type { ParserContext, ParserStage, Rejected, RejectedRecord } from '@millrace/core/plugin';
import { FramedRecords } from '../text/framed-records.ts';
import { HeldRecord } from '../text/held-record.ts';
import { RecordProblem, type ParseLine, SKIP } from '../record-problem.ts';
import { afterMarks, BYTE_ORDER_MARK, excerpt, tooLong, withoutReturn } from '../text/record-text.ts';

export interface LineSettings<T> {
  readonly maxRecordChars: number;
  readonly parse: ParseLine<T>;
}

/** A parser of one record a line, at work on one item. */
export function startLines<T>(
  { maxRecordChars, parse }: LineSettings<T>,
  { reject }: ParserContext,
): ParserStage<string, T> {
  const held = new HeldRecord(maxRecordChars);
  let line = 1;

  function toRecord(
    raw: string,
    length: number,
    at: number,
    damaged: RejectedRecord | undefined,
  ): T | Rejected | typeof SKIP {
    if (length > maxRecordChars) return reject(tooLong(excerpt(raw, maxRecordChars), length, at, maxRecordChars));
    if (damaged !== undefined) return reject(damaged);
    const record = parse(raw);
    return record instanceof RecordProblem ? reject(rejectionOf(record, raw, at)) : record;
  }

  function endHeld(framed: FramedRecords<T>): void {
    const text = held.take();
    const record = toRecord(text.raw, text.length, text.line, text.damaged);
    if (record !== SKIP) framed.addHeld(record, text);
  }

  return {
    push(text, place) {
      parse.beforeChunk?.(text);
      const framed = new FramedRecords<T>(text, line, place);
      let at = held.length === 0 ? afterMarks(text, 0) : 0;
      for (let end = text.indexOf('\n', at); end !== -1; end = text.indexOf('\n', at)) {
        if (at === 0 && held.length > 0) {
          held.add(text, 0, end, line, place);
          endHeld(framed);
        } else {
          const damaged = framed.isSound ? undefined : framed.damaged(at, end, line);
          const record =
            damaged === undefined && end - at <= maxRecordChars
              ? parse(text.slice(at, end))
              : toRecord(text.slice(at, end), end - at, line, damaged);
          if (record instanceof RecordProblem)
            framed.add(reject(rejectionOf(record, text.slice(at, end), line)), at, end);
          else if (record !== SKIP) framed.add(record, at, end);
        }
        line += 1;
        at = end + 1;
        if (text.charCodeAt(at) === BYTE_ORDER_MARK) at = afterMarks(text, at);
      }
      if (at < text.length) held.add(text, at, text.length, line, place);
      return framed.toBlock();
    },
    end() {
      const framed = new FramedRecords<T>('', line, undefined);
      if (held.length > 0) endHeld(framed);
      return framed.toBlock();
    },
  };
}

/** The rejection of a record whose text begins on line `at`. */
export function rejectionOf({ code, what, details, cause }: RecordProblem, raw: string, at: number): RejectedRecord {
  return { code, message: `Line ${at} ${what}`, raw: withoutReturn(raw), line: at, details, cause };
}
