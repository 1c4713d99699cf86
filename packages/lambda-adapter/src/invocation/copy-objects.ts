import { MillraceError } from '@millrace/core';
import type { LandingCopy } from '../landing-copy.ts';
import type { Process } from './settle.ts';

/**
 * What a handler of copies does with one object.
 *
 * @throws MillraceError `OPTION_INVALID` where the copy is no function
 */
export function copyObjects(owner: string, copy: LandingCopy): Process {
  if (typeof copy !== 'function') {
    throw new MillraceError('OPTION_INVALID', `${owner} takes a function that copies, but it got ${typeof copy}.`);
  }
  return async (ref, { signal }) => [{ outcome: 'complete', copy: await copy(ref, { signal }) }];
}
