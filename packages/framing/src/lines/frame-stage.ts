import type { ParserContext, ParserStage, TextPlace } from '@millrace/core/plugin';
import { eachLine, type Frame } from './frame.ts';
import { FramedRecords } from '../text/framed-records.ts';
import { joinedLines, type JoinSettings } from './joined-lines.ts';
import { LineCutter } from './line-cutter.ts';
import { RecordProblem, SKIP } from '../record-problem.ts';
import { rejectionOf } from './line-stage.ts';

/** Makes records of texts: as many as there are texts, in their order. */
export type ParseFrames<T> = (texts: readonly string[]) => readonly (T | RecordProblem | typeof SKIP)[];

export interface FrameSettings<T> {
  readonly maxRecordChars: number;
  readonly join: JoinSettings | undefined;
  readonly parseAll: ParseFrames<T>;
}

/** A parser of lines, or of lines that are joined, at work on one item. It parses all records of a chunk at once. */
export function startFrames<T>(settings: FrameSettings<T>, { reject }: ParserContext): ParserStage<string, T> {
  const { maxRecordChars, join, parseAll } = settings;
  // A joined line is held as long as the record may be, and its line feed is part of that.
  const cutter = new LineCutter(join === undefined ? maxRecordChars : maxRecordChars + 1);
  const frame = join === undefined ? eachLine(cutter, maxRecordChars) : joinedLines(cutter, join, maxRecordChars);

  function emit(framed: FramedRecords<T>, frames: readonly Frame[]): ReturnType<FramedRecords<T>['toBlock']> {
    const parsed = parseAll(frames.filter(({ bad }) => bad === undefined).map(({ raw }) => raw));
    let next = 0;
    for (const { raw, line, bad, at } of frames) {
      const result = bad === undefined ? parsed[next++]! : reject(bad);
      if (result === SKIP) continue;
      const record = result instanceof RecordProblem ? reject(rejectionOf(result, raw, line)) : result;
      if ('raw' in at) framed.addHeld(record as T, at);
      else framed.add(record as T, at.start, at.end);
    }
    return framed.toBlock();
  }

  return {
    push(text: string, place?: TextPlace) {
      const framed = new FramedRecords<T>(text, cutter.line, place);
      const lines = cutter.cut(text);
      const frames = frame(text, lines, framed, place, false);
      cutter.hold(text, place);
      return emit(framed, frames);
    },
    end() {
      const framed = new FramedRecords<T>('', cutter.line, undefined);
      return emit(framed, frame('', [], framed, undefined, true));
    },
  };
}
