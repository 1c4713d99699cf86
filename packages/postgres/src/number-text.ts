import { MillraceError } from '@millrace/core';

/**
 * The digits of a finite number.
 *
 * @throws MillraceError `POSTGRES_NUMBER_INEXACT` for whole numbers beyond 2^53 - 1, unless they are allowed
 */
export function numberText(value: number, allowInexact: boolean): string {
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && !allowInexact) {
    throw new MillraceError(
      'POSTGRES_NUMBER_INEXACT',
      "The number is whole and beyond 2^53 - 1, so its parser may have lost digits. Parse it exactly (numbers: 'exact' of @millrace/formats), or set inexactNumbers: 'write'.",
    );
  }
  return String(value);
}
