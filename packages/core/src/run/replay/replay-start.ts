import { isMillraceError, MillraceError } from '../../millrace-error.ts';
import type { Rejection } from '../../rejection.ts';
import type { RunScope } from '../run-scope.ts';

/**
 * Where a rejected record enters the feed again. Raw text is parsed again; a record that has none, or is one of several
 * branches, continues at the stage that rejected it.
 *
 * @throws MillraceError `REPLAY_IMPOSSIBLE`, or the parser's own code
 */
export function replayStart<Ref>(
  { feed, names }: RunScope<Ref>,
  rejection: Rejection,
): { readonly value: unknown; readonly from: number } {
  const { reparse } = feed.stages.parser;
  if (rejection.raw !== undefined && rejection.branch === '' && reparse !== undefined) {
    try {
      return { value: reparse(rejection), from: 0 };
    } catch (thrown) {
      if (!('value' in rejection) || !isMillraceError(thrown) || thrown.code !== 'REPLAY_IMPOSSIBLE') throw thrown;
    }
  }
  const each = rejection.stage === names.sink ? names.eaches.length : names.eaches.indexOf(rejection.stage);
  if ('value' in rejection && each !== -1) return { value: rejection.value, from: each };
  const why =
    'value' in rejection
      ? `Stage ${rejection.stage}, which rejected it, is no longer in feed ${feed.name}`
      : rejection.raw === undefined
        ? 'The rejection has neither raw text nor value'
        : reparse === undefined
          ? `${names.parser} cannot parse a single record`
          : 'The text belongs to one of several branches of a record';
  throw new MillraceError('REPLAY_IMPOSSIBLE', `${why}. Fix the file or the feed, and deliver the file again.`);
}
