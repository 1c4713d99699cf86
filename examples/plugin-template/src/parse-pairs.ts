import { MillraceError, type Parser } from '@millrace/core';
import { check, checkOptions, type Rejected } from '@millrace/core/plugin';

export type Pair = Readonly<Record<'key' | 'value', string>>;

export interface ParsePairsOptions {
  /** The longest line, in characters. @default 65536 */
  readonly maxLineChars?: number;
}

/** Parses lines of `key=value`. A line without `=` is rejected; one that is too long fails the file. */
export function parsePairs(options: ParsePairsOptions = {}): Parser<string, Pair> {
  checkOptions('parsePairs', options, { maxLineChars: check.optional(check.integer(1)) });
  const { maxLineChars = 65_536 } = options;
  return Object.freeze<Parser<string, Pair>>({
    kind: 'parser',
    name: 'parsePairs',
    start: ({ reject }) => {
      let [rest, line] = ['', 0];
      const parse = (raw: string): Pair | Rejected => {
        line += 1;
        const at = raw.indexOf('=');
        if (at < 1) return reject({ code: 'PAIR_INVALID', message: `Line ${line} is no key=value.`, raw, line });
        return { key: raw.slice(0, at), value: raw.slice(at + 1) };
      };
      return {
        push: (chunk) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop()!;
          if (rest.length > maxLineChars) throw new MillraceError('PAIR_TOO_LONG', `Line ${line + 1} is too long.`);
          return lines.map(parse);
        },
        end: () => (rest === '' ? [] : [parse(rest)]),
      };
    },
  });
}
