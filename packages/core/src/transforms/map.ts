import type { Each, MaybePromise } from '../each.ts';
import type { RecordContext } from '../record-context.ts';
import { checkCallback } from './check-callback.ts';
import { signatureOf } from '../signature.ts';

/**
 * Turns each record into another one. An array is one record that is an array; to fan out, use `flatMap`.
 *
 * A throw rejects the record with code `TRANSFORM_THREW`, or with the code of the `MillraceError` that was thrown.
 *
 * @throws MillraceError `OPTION_INVALID` where `change` is not a function
 */
export function map<I, O>(change: (value: I, record: RecordContext) => MaybePromise<O>): Each<I, O> {
  checkCallback('map', change);
  return Object.freeze({ kind: 'each', name: 'map', signature: signatureOf(change), apply: change });
}
