import {
  check,
  checkOptions,
  type Codec,
  type CodecContext,
  type CodecStage,
  type RejectedRecord,
  type Rejected,
} from '@millrace/core';
import { FramedRecords } from './framed-records.ts';
import { HeldRecord } from './held-record.ts';
import { assertWhole, excerpt, MAX_RECORD_CHARS, tooLong, withoutReturn } from './record-text.ts';

export interface ParseNdjsonOptions {
  /** What to do about a line of white space only: pass over it, or reject it. @default 'skip' */
  readonly blankLines?: 'skip' | 'reject';
  /** Characters (UTF-16 units) at most in a line; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
}

const BLANK: unique symbol = Symbol('blank');

/**
 * Parses newline-delimited JSON (also called JSON Lines): each line is a record, whatever JSON value it is. Lines end in
 * LF or CRLF, the last may end without. A byte order mark that is still there is stripped.
 *
 * A line that is no JSON is rejected with its line number and its text, and the run goes on. `T` is what you say the
 * records are; nothing checks it, so put `validate()` behind.
 *
 * Rejections: `NDJSON_INVALID`, `NDJSON_BLANK_LINE`, `RECORD_TOO_LONG`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseNdjson<T = unknown>(options: ParseNdjsonOptions = {}): Codec<string, T, 'records'> {
  checkOptions('parseNdjson', options, {
    blankLines: check.optional(check.oneOf('skip', 'reject')),
    maxRecordChars: check.optional(check.integer(1)),
  });
  const { blankLines = 'skip', maxRecordChars = MAX_RECORD_CHARS } = options;
  return Object.freeze({
    kind: 'codec',
    emits: 'records',
    name: 'parseNdjson',
    start: (context: CodecContext) => startNdjson<T>({ blankLines, maxRecordChars }, context),
    reparse: ({ raw, code }: Pick<RejectedRecord, 'raw' | 'code'>) => {
      assertWhole(code);
      return JSON.parse(String(raw)) as T;
    },
  });
}

function startNdjson<T>(
  { blankLines, maxRecordChars }: Required<ParseNdjsonOptions>,
  { reject }: CodecContext,
): CodecStage<string, T> {
  const held = new HeldRecord(maxRecordChars);
  let line = 1;
  let started = false;

  function parse(raw: string, length: number, at: number): T | Rejected | typeof BLANK {
    if (length > maxRecordChars) return reject(tooLong(excerpt(raw, maxRecordChars), length, at, maxRecordChars));
    // A blank line is too common to be found out by a thrown error.
    if (raw === '' || raw === '\r') return blank(raw, at);
    try {
      return JSON.parse(raw) as T;
    } catch (cause) {
      if (/^[ \t\r]*$/.test(raw)) return blank(raw, at);
      const message = `Line ${at} is no JSON: ${(cause as SyntaxError).message}`;
      return reject({ code: 'NDJSON_INVALID', message, raw: withoutReturn(raw), line: at, cause });
    }
  }

  function blank(raw: string, at: number): Rejected | typeof BLANK {
    if (blankLines === 'skip') return BLANK;
    return reject({ code: 'NDJSON_BLANK_LINE', message: `Line ${at} is blank.`, raw: withoutReturn(raw), line: at });
  }

  function endHeld(framed: FramedRecords<T>): void {
    const { length, line: at } = held;
    const raw = held.take();
    const record = parse(raw, length, at);
    if (record !== BLANK) framed.addHeld(record, raw, at);
  }

  return {
    push(chunk) {
      const text = started || !chunk.startsWith('\uFEFF') ? chunk : chunk.slice(1);
      started ||= chunk !== '';
      const framed = new FramedRecords<T>(text, line);
      let at = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
        if (at === 0 && held.length > 0) {
          held.add(text.slice(0, end), line);
          endHeld(framed);
        } else {
          const record = parse(text.slice(at, end), end - at, line);
          if (record !== BLANK) framed.add(record, at, end);
        }
        line += 1;
        at = end + 1;
      }
      if (at < text.length) held.add(text.slice(at), line);
      return framed.toBlock();
    },
    end() {
      const framed = new FramedRecords<T>('', line);
      if (held.length > 0) endHeld(framed);
      return framed.toBlock();
    },
  };
}
