import { isThenable } from '../../is-thenable.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { ReferenceIdentity } from '../../source.ts';
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

/** What the source knows of a reference without a request, if it says. */
export function identityOf<Ref>(
  { feed, names }: RunScope<Ref>,
  ref: Ref,
  refText: string,
): ReferenceIdentity | undefined {
  const { source } = feed.stages;
  const identity = source.identify?.(ref);
  if (!isThenable(identity)) return identity;
  const message = `Source ${source.name} identified ${refText} by a promise, but identify must return at once. This is a mistake in the source.`;
  throw new MillraceError('SOURCE_CONTRACT', message, { stage: names.source });
}
