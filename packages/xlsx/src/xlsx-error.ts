import { MillraceError } from '@millrace/core';

const ASK = 'Ask the sender for a new copy.';

/** The workbook is damaged, or was written wrongly: `what` is a sentence without its point. */
export function invalid(what: string, cause?: unknown, details?: Readonly<Record<string, unknown>>): MillraceError {
  return new MillraceError('XLSX_INVALID', `${what}. The workbook is damaged or malformed. ${ASK}`, { cause, details });
}

/** The file is another format, or uses something that is not read here: `what` is a whole sentence, `advice` another. */
export function unsupported(what: string, advice: string): MillraceError {
  return new MillraceError('XLSX_UNSUPPORTED', `${what} ${advice}`);
}

/** A limit is passed: `what` is a whole sentence, and `option` the name of the limit. */
export function tooLarge(what: string, option: string, limit: number): MillraceError {
  const message = `${what} Raise ${option} (${limit}) if the workbook is right.`;
  return new MillraceError('XLSX_TOO_LARGE', message, { details: { option, limit } });
}
