import type { MillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import type { Asking } from './ask.ts';
import type { Row } from './prepare.ts';
import type { Target } from './upsert.ts';

/** What delivering needs, and what it reports refused rows to. */
export interface Delivery {
  readonly asking: Asking;
  readonly target: Target;
  readonly context: Context;
  /** Whether the client reports the number of rows in a command tag. */
  readonly tagged: boolean;
  /** Whether the table is known to take rows: one that never took any is at fault itself. */
  readonly proof: { written: boolean };
  readonly refused: (row: Row, error: MillraceError) => void;
  /** Whether the statement itself is known to be sound, so that a row is at fault. */
  readonly isolating: boolean;
}
