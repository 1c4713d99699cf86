import type { RejectedRecord } from '@millrace/core/plugin';
import type { ParseFrames } from './frame-stage.ts';
import { reparseLine } from './reparse-line.ts';

/** {@link reparseLine}, for a parser of many texts at once. */
export function reparseFrame<T>(parseAll: ParseFrames<T>, rejected: Pick<RejectedRecord, 'raw' | 'code'>): T {
  return reparseLine((text) => parseAll([text])[0]!, rejected);
}
