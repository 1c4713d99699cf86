import type { Parser } from '@millrace/core';

/** Makes a parser that splits text at each LF and leaves it as it is otherwise: no line is passed over, and no BOM either. */
export function wholeLines(): Parser<string, string> {
  return Object.freeze<Parser<string, string>>({
    kind: 'parser',
    name: 'wholeLines',
    start: () => {
      let rest = '';
      return {
        push: (chunk) => {
          const lines = `${rest}${chunk}`.split('\n');
          rest = lines.pop()!;
          return lines;
        },
        end: () => [rest],
      };
    },
  });
}
