import { MillraceError } from '@millrace/core';

/**
 * Reads a whole number of at least 1.
 *
 * @throws MillraceError `CLI_ARGUMENT_INVALID`
 */
export function parseCount(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new MillraceError(
    'CLI_ARGUMENT_INVALID',
    `${option} is ${JSON.stringify(text)}, which is not a whole number of at least 1.`,
  );
}
