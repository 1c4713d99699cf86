import { type Frame, type FrameRecords, heldFrame } from './frame.ts';
import { HeldRecord } from '../text/held-record.ts';
import type { LineCutter } from './line-cutter.ts';
import { excerpt, withoutReturn } from '../text/record-text.ts';

/** How lines are joined to records. */
export interface JoinSettings {
  /** Lines at most in a record. */
  readonly maxLines: number;
  /** Returns for each of these lines whether it begins a record. */
  readonly begins: (lines: readonly string[]) => readonly boolean[];
}

/** A record is a line that begins one, and the lines behind it that do not. */
export function joinedLines(
  { held }: LineCutter,
  { maxLines, begins }: JoinSettings,
  maxRecordChars: number,
): FrameRecords {
  // One more, for the line feed that is left out at the end.
  const joined = new HeldRecord(maxRecordChars + 1);
  let count = 0;

  function take(): Frame {
    joined.dropFeed();
    const frame = heldFrame(joined.take(), maxRecordChars);
    if (frame.bad !== undefined || count <= maxLines) return frame;
    const message = `The record on line ${frame.line} has ${count} lines, and maxLines allows ${maxLines}.`;
    const raw = excerpt(frame.raw, maxRecordChars);
    return {
      ...frame,
      bad: { code: 'RECORD_TOO_LONG', message: `${message} Its beginning is kept.`, raw, line: frame.line },
    };
  }

  /** The line that earlier chunks began, or its beginning where it is too long. */
  function heldWith(rest: string): string {
    return held.isTooLong ? held.text : held.text + rest;
  }

  return (text, lines, _framed, place, ended) => {
    const frames: Frame[] = [];
    const last = ended && held.length > 0;
    const raws = lines.map(({ start, end }) => {
      const raw = start === 0 && held.length > 0 ? heldWith(text.slice(0, end)) : text.slice(start, end);
      return withoutReturn(raw.length > maxRecordChars ? excerpt(raw, maxRecordChars) : raw);
    });
    if (last) raws.push(withoutReturn(held.text));
    const flags = begins(raws);
    for (const [index, flag] of flags.entries()) {
      if (joined.length > 0 && flag) {
        frames.push(take());
        count = 0;
      }
      count += 1;
      const cut = lines[index];
      if ((cut?.start ?? 0) === 0 && held.length > 0) joined.absorb(held);
      // With its line feed, so that the record's text is what stands in the file.
      if (cut !== undefined) joined.add(text, cut.start, cut.end + 1, cut.line, place);
    }
    if (ended && joined.length > 0) frames.push(take());
    return frames;
  };
}
