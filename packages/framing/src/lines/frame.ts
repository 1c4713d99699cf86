import type { RejectedRecord, TextPlace } from '@millrace/core/plugin';
import type { FramedRecords } from '../text/framed-records.ts';
import type { HeldText } from '../text/held-record.ts';
import type { CutLine, LineCutter } from './line-cutter.ts';
import { excerpt, tooLong } from '../text/record-text.ts';

/** The text of one record, before it is parsed. */
export interface Frame {
  readonly raw: string;
  /** Line on which it begins. */
  readonly line: number;
  /** Why it cannot be parsed at all. */
  readonly bad: RejectedRecord | undefined;
  /** Where it lies: in the chunk, or in pieces. */
  readonly at: Pick<CutLine, 'start' | 'end'> | HeldText;
}

/** Frames the records of one chunk. With no line at all, `ended` says that the item is over. */
export type FrameRecords = (
  text: string,
  lines: readonly CutLine[],
  framed: FramedRecords<unknown>,
  place: TextPlace | undefined,
  ended: boolean,
) => readonly Frame[];

/** Each line is a record. */
export function eachLine({ held }: LineCutter, maxRecordChars: number): FrameRecords {
  return (text, lines, framed, place, ended) => {
    const frames: Frame[] = [];
    for (const { start, end, line } of lines) {
      if (start === 0 && held.length > 0) {
        held.add(text, start, end, line, place);
        frames.push(heldFrame(held.take(), maxRecordChars));
        continue;
      }
      const raw = text.slice(start, end);
      const damaged = framed.isSound ? undefined : framed.damaged(start, end, line);
      frames.push({ raw, line, bad: tooLongOr(damaged, raw, raw.length, line, maxRecordChars), at: { start, end } });
    }
    if (ended && held.length > 0) frames.push(heldFrame(held.take(), maxRecordChars));
    return frames;
  };
}

export function heldFrame(held: HeldText, maxRecordChars: number): Frame {
  const { raw, length, line, damaged } = held;
  return { raw, line, bad: tooLongOr(damaged, raw, length, line, maxRecordChars), at: held };
}

function tooLongOr(
  damaged: RejectedRecord | undefined,
  raw: string,
  length: number,
  line: number,
  maxRecordChars: number,
): RejectedRecord | undefined {
  return length > maxRecordChars ? tooLong(excerpt(raw, maxRecordChars), length, line, maxRecordChars) : damaged;
}
