import { MillraceError, type Parser } from '@millrace/core';

/**
 * Another parser for the same lines, as a redeployed feed may have: each two lines are one record, the first with
 * `paired: true`. A first line that is not JSON is rejected.
 */
export function pairLines(): Parser<string, unknown> {
  return {
    kind: 'parser',
    name: 'pairLines',
    reparse: ({ raw }) => parsed(String(raw)),
    start: ({ reject }) => {
      let rest = '';
      let held: string | undefined;
      const emit = (raw: string): unknown => {
        try {
          return parsed(raw);
        } catch {
          return reject({ code: 'PAIR_INVALID', message: 'The first line is not JSON.', raw });
        }
      };
      return {
        push: (chunk) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop()!;
          const records: unknown[] = [];
          for (const line of lines) {
            if (held === undefined) held = line;
            else {
              records.push(emit(held));
              held = undefined;
            }
          }
          return records as never[];
        },
        end: () => (held === undefined ? [] : ([emit(held)] as never[])),
      };
    },
  };
}

function parsed(raw: string): unknown {
  try {
    return { ...(JSON.parse(raw) as object), paired: true };
  } catch (cause) {
    throw new MillraceError('PAIR_INVALID', 'The first line is not JSON.', { cause });
  }
}
