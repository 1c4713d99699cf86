import type { Each, MaybePromise } from '../each.ts';
import { many } from '../many.ts';
import type { RecordContext } from '../record-context.ts';
import { checkCallback } from './check-callback.ts';
import { isThenable } from '../is-thenable.ts';
import { signatureOf } from '../signature.ts';

/**
 * Puts any number of records in the place of each one. They share its ordinal and are told apart by their branch, so
 * the order of the answer must depend on the record alone. An empty answer is counted as dropped.
 *
 * @throws MillraceError `OPTION_INVALID` where `expand` is not a function
 */
export function flatMap<I, O>(expand: (value: I, record: RecordContext) => MaybePromise<readonly O[]>): Each<I, O> {
  checkCallback('flatMap', expand);
  return Object.freeze<Each<I, O>>({
    kind: 'each',
    name: 'flatMap',
    signature: signatureOf(expand),
    apply: (value, record) => {
      const values = expand(value, record);
      return isThenable(values) ? values.then((all) => many(all)) : many(values);
    },
  });
}
