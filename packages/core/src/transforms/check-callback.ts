import { MillraceError } from '../millrace-error.ts';

export function checkCallback(owner: string, callback: unknown): void {
  if (typeof callback === 'function') return;
  throw new MillraceError('OPTION_INVALID', `${owner} takes a function, but it got ${typeof callback}.`);
}
