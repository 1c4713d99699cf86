import type { Each } from '../each.ts';
import { isThenable } from '../is-thenable.ts';
import type { RecordContext } from '../record-context.ts';
import { checkCallback } from './check-callback.ts';

/**
 * Looks at each record and passes it on unchanged; a promise that `look` answers is awaited. A throw rejects the record, as in `map`.
 *
 * @throws MillraceError `OPTION_INVALID` where `look` is not a function
 */
export function tap<I>(look: (value: I, record: RecordContext) => unknown): Each<I, I> {
  checkCallback('tap', look);
  return Object.freeze<Each<I, I>>({
    kind: 'each',
    name: 'tap',
    apply: (value, record) => {
      const looked = look(value, record);
      return isThenable(looked) ? looked.then(() => value) : value;
    },
  });
}
