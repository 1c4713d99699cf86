import type { MillraceError } from './millrace-error.ts';
import type { Refusal } from './sink.ts';

/** The refusal of one entry of a write, for the reason that the error tells; for sinks. */
export function refusalOf(position: number, { code, message, cause, details }: MillraceError): Refusal {
  return { position, code, message, cause, ...(details !== undefined && { details }) };
}
