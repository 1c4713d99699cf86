import { MillraceError } from '@millrace/core';
import type { LandingCopy } from '../landing-copy.ts';
import type { BeginInvocation } from './settle.ts';

/**
 * What a handler of copies does with the objects of an invocation.
 *
 * @throws MillraceError `OPTION_INVALID` where the copy is no function
 */
export function processWithCopy(owner: string, copy: LandingCopy): BeginInvocation {
  if (typeof copy !== 'function') {
    throw new MillraceError('OPTION_INVALID', `${owner} takes a function that copies, but it got ${typeof copy}.`);
  }
  return ({ signal }) => ({
    process: async (ref) => [{ outcome: 'complete', copy: await copy(ref, { signal }) }],
    close: async () => 0,
  });
}
