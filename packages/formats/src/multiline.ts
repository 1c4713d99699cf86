import { MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import { type JoinSettings } from '@millrace/framing';
import { guarded, patternProblem } from './match-guard.ts';

/** How lines are joined to records. Give either `start` or `continuation`. */
export interface Multiline {
  /** A line that matches begins a record; any other belongs to the record before it. */
  readonly start?: RegExp;
  /** A line that matches belongs to the record before it; any other begins one. */
  readonly continuation?: RegExp;
  /** Lines at most in a record; a longer one is stepped over and rejected. @default 1000 */
  readonly maxLines?: number;
}

/** @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function joinSettings(
  owner: string,
  multiline: Multiline | undefined,
  maxMatchMillis: number,
): JoinSettings | undefined {
  if (multiline === undefined) return undefined;
  checkOptions(`${owner}, multiline`, multiline, {
    start: check.optional(patternProblem),
    continuation: check.optional(patternProblem),
    maxLines: check.optional(check.integer(1)),
  });
  const { start, continuation, maxLines = 1000 } = multiline;
  const pattern = start ?? continuation;
  if (pattern === undefined || (start !== undefined && continuation !== undefined)) {
    const message = `${owner}: option "multiline" takes either "start" or "continuation".`;
    throw new MillraceError('OPTION_INVALID', message, { details: { owner, option: 'multiline' } });
  }
  const match = guarded(owner, maxMatchMillis, (line) => pattern.test(line) === (pattern === start));
  // A line that takes the pattern too long begins a record, which is then judged by itself.
  return { maxLines, begins: (lines) => match(lines).map((begins) => begins !== false) };
}
