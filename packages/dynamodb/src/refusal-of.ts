import type { MillraceError, Refusal } from '@millrace/core';

/** The refusal of one entry of a write, for the reason that the error tells. */
export function refusalOf(position: number, { code, message, cause, details }: MillraceError): Refusal {
  return { position, code, message, cause, ...(details !== undefined && { details }) };
}
