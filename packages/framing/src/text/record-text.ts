import { MillraceError } from '@millrace/core';
import type { RejectedRecord } from '@millrace/core/plugin';

/** Characters at most in a record, unless an option says otherwise: 1 MiB, where a DynamoDB item has 400 KB. */
export const MAX_RECORD_CHARS: number = 1024 * 1024;

const CARRIAGE_RETURN = 0x0d;
export const BYTE_ORDER_MARK = 0xfeff;

/** Characters that a rejection keeps of a record that is too long to be kept whole. */
export const EXCERPT_CHARS = 4096;

/** A line without the carriage return of its line end. */
export function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** The text of one line, or of several that were joined, with LF between them and none at the end. */
export function plainText(raw: string): string {
  return withoutReturn(raw.includes('\r\n') ? raw.replaceAll('\r\n', '\n') : raw);
}

/** Returns where the text before a line feed ends: carriage returns at its end, also several, belong to the line end. */
export function endOfLine(text: string, start: number, feed: number): number {
  let end = feed;
  while (end > start && text.charCodeAt(end - 1) === CARRIAGE_RETURN) end -= 1;
  return end;
}

/**
 * Returns where the line at `at` begins after byte order marks. Files that were joined have a mark in the middle, which no
 * program that writes records means as text.
 */
export function afterMarks(text: string, at: number): number {
  let start = at;
  while (text.charCodeAt(start) === BYTE_ORDER_MARK) start += 1;
  return start;
}

export function countLineFeeds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** The beginning of a record that is longer than `maxRecordChars`. A second time it changes nothing. */
export function excerpt(record: string, maxRecordChars: number): string {
  const length = Math.min(record.length, maxRecordChars, EXCERPT_CHARS);
  const cutsPair = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(record.slice(length - 1, length + 1));
  return record.slice(0, cutsPair ? length - 1 : length);
}

/** The rejection of a record that was stepped over because of its length. `raw` is its beginning. */
export function tooLong(raw: string, length: number, line: number, maxRecordChars: number): RejectedRecord {
  return {
    code: 'RECORD_TOO_LONG',
    message:
      `The record on line ${line} has ${length} characters, and maxRecordChars allows ${maxRecordChars}. ` +
      'Its beginning is kept.',
    raw,
    line,
  };
}

/**
 * The text of a rejected record. Of one that was too long only the beginning was kept, and one that could not be decoded is
 * bytes, so neither can be parsed from there.
 *
 * @throws MillraceError `REPLAY_IMPOSSIBLE`
 */
export function wholeText({ raw, code }: Pick<RejectedRecord, 'raw' | 'code'>): string {
  if (code === 'RECORD_TOO_LONG') {
    const advice = 'Raise the limit and deliver the file again.';
    throw new MillraceError('REPLAY_IMPOSSIBLE', `Only the beginning of the record was kept. ${advice}`);
  }
  if (typeof raw === 'string') return raw;
  throw new MillraceError(
    'REPLAY_IMPOSSIBLE',
    'The record is bytes that could not be decoded. Have the file corrected and deliver it again.',
  );
}
