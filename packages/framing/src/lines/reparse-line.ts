import { MillraceError } from '@millrace/core';
import type { RejectedRecord } from '@millrace/core/plugin';
import { RecordProblem, type ParseLine, SKIP } from '../record-problem.ts';
import { wholeText } from '../text/record-text.ts';

/**
 * Parses one rejected record by itself.
 *
 * @throws MillraceError `REPLAY_IMPOSSIBLE`, or the code of what is wrong with the text
 */
export function reparseLine<T>(parse: ParseLine<T>, rejected: Pick<RejectedRecord, 'raw' | 'code'>): T {
  const text = wholeText(rejected);
  parse.beforeChunk?.(text);
  const record = parse(text);
  if (record === SKIP) throw new MillraceError('REPLAY_IMPOSSIBLE', 'The text is blank: there is nothing to deliver.');
  if (!(record instanceof RecordProblem)) return record;
  const { code, what, details, cause } = record;
  throw new MillraceError(code, `The text ${what}`, { details, cause });
}
