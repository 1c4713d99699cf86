import { type MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { RunScope } from '../run-scope.ts';

/** A reference that cannot be described fails alone. */
export function describeRef<Ref>(
  { feed, names }: RunScope<Ref>,
  ref: Ref,
): { readonly text: string; readonly error?: MillraceError } {
  try {
    return { text: feed.stages.source.describe(ref) };
  } catch (thrown) {
    const error = toMillraceError(thrown, 'REF_INVALID', { stage: names.source });
    return { text: `${feed.stages.source.name}: a reference that names no object`, error };
  }
}
