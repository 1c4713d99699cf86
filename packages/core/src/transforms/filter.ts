import { drop } from '../drop.ts';
import type { Each, MaybePromise } from '../each.ts';
import type { RecordContext } from '../record-context.ts';
import { checkCallback } from './check-callback.ts';
import { isThenable } from '../is-thenable.ts';
import { signatureOf } from '../signature.ts';

/**
 * Keeps the records for which `keep` answers true; the others are counted as dropped. A type guard narrows the record's
 * type for the stages that follow.
 *
 * @throws MillraceError `OPTION_INVALID` where `keep` is not a function
 */
export function filter<I, O extends I>(keep: (value: I, record: RecordContext) => value is O): Each<I, O>;
export function filter<I>(keep: (value: I, record: RecordContext) => MaybePromise<boolean>): Each<I, I>;
export function filter<I>(keep: (value: I, record: RecordContext) => MaybePromise<boolean>): Each<I, I> {
  checkCallback('filter', keep);
  return Object.freeze<Each<I, I>>({
    kind: 'each',
    name: 'filter',
    signature: signatureOf(keep),
    apply: (value, record) => {
      const kept = keep(value, record);
      return isThenable(kept) ? kept.then((yes) => (yes ? value : drop)) : kept ? value : drop;
    },
  });
}
