import { MillraceError } from '@millrace/core';

type Vm = Pick<typeof import('node:vm'), 'Script' | 'createContext'>;

/** Stands for the result of a match that was stopped. */
export const SLOW: unique symbol = Symbol('slow');

/** Matches texts against a pattern, and stops a match that takes too long. */
export type MatchAll<R> = (texts: readonly string[]) => readonly (R | typeof SLOW)[];

/** Milliseconds that one match may take, unless an option says otherwise. */
export const MAX_MATCH_MILLIS: number = 1000;

/**
 * Guards `match` against patterns that backtrack for ever. Only `node:vm` can stop one; setting it up costs about 0.1 ms,
 * so all texts of a chunk share one guard. Where the time is up, the text at hand gets all of it once more, alone.
 *
 * @param maxMatchMillis time for one match; 0 for no guard
 * @throws MillraceError `REGEX_GUARD_UNAVAILABLE` where there is no `node:vm`
 */
export function guarded<R>(owner: string, maxMatchMillis: number, match: (text: string) => R): MatchAll<R> {
  if (maxMatchMillis === 0) return (texts) => texts.map((text) => match(text));
  const vm: Vm | undefined = globalThis.process?.getBuiltinModule?.('node:vm');
  if (vm === undefined) {
    throw new MillraceError(
      'REGEX_GUARD_UNAVAILABLE',
      `${owner}: there is no node:vm here, which stops a pattern that takes too long. Set maxMatchMillis to 0 if you ` +
        'are sure of the pattern.',
    );
  }
  let within: ((work: () => void) => boolean) | undefined;
  return (texts) => {
    if (texts.length === 0) return [];
    within ??= timeLimit(vm, maxMatchMillis);
    const results: (R | typeof SLOW)[] = [];
    const rest = (): void => {
      while (results.length < texts.length) results.push(match(texts[results.length]!));
    };
    while (!within(rest)) {
      const text = texts[results.length]!;
      let result: R | typeof SLOW = SLOW;
      within(() => {
        result = match(text);
      });
      results.push(result);
    }
    return results;
  };
}

/** Runs some work, and answers whether it came to its end in time. */
function timeLimit(vm: Vm, timeout: number): (work: () => void) => boolean {
  const sandbox: { work?: (() => void) | undefined } = {};
  const context = vm.createContext(sandbox);
  const script = new vm.Script('work()');
  return (work) => {
    sandbox.work = work;
    try {
      script.runInContext(context, { timeout });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
      throw error;
    } finally {
      sandbox.work = undefined;
    }
  };
}

/** What an option must be to serve as a pattern. A sticky or global one would remember where it matched last. */
export function patternProblem(value: unknown): string | undefined {
  const fits = value instanceof RegExp && !value.global && !value.sticky;
  return fits ? undefined : 'a regular expression without the flags g and y';
}
