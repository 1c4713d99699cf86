import { MillraceError, type Parser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { lineBatchParser, plainText, RecordProblem, SKIP } from '@millrace/framing';
import { assertKnownFields, fieldConverter, type FieldTypes, fieldTypesProblem, type TypedRow } from './field-types.ts';
import { guarded, MAX_MATCH_MILLIS, patternProblem, SLOW } from './match-guard.ts';
import { joinSettings, type Multiline } from './multiline.ts';

export interface ParseRegexOptions {
  /**
   * The names of the pattern's groups, which TypeScript cannot read from it: with them the record's type has these fields only. They must
   * be the pattern's. @default they are read from the pattern, and the type has any
   */
  readonly groups?: readonly string[];
  /** What the text of a group becomes. @default every group is a string */
  readonly types?: FieldTypes;
  /** What to do about a record of white space only: pass over it, or match it like any other. @default 'skip' */
  readonly blankLines?: 'skip' | 'match';
  /** Joins lines to records before they are matched. @default each line is a record */
  readonly multiline?: Multiline;
  /** Characters (UTF-16 units) at most in a record; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
  /** Milliseconds that the pattern may take for one record; 0 for no limit, which is faster. @default 1000 */
  readonly maxMatchMillis?: number;
}

/**
 * Matches each line against a pattern: its named groups are the record. A group that took no part is left out. The pattern
 * is searched in the line; begin it with `^` and end it with `$` to have it match the whole.
 *
 * A line that the pattern does not match is rejected, and so is one that it takes longer for than `maxMatchMillis`: a
 * pattern that backtracks cannot hold up a run.
 *
 * The record's type follows from `groups` and `types`; each field may be `undefined`, as a group may take no part. A `T` of your own is what you
 * say the records are; nothing checks it, so put `validate()` after it.
 *
 * @example
 * // { key?: string; value?: number | null }
 * parseRegex(/^(?<key>\w+)=(?<value>\d+)$/, { groups: ['key', 'value'], types: { value: 'integer' } });
 *
 * Rejections: `REGEX_NO_MATCH`, `REGEX_TOO_SLOW`, `FIELD_INVALID`, `RECORD_TOO_LONG`, and `ENCODING_INVALID` where
 * `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`, `REGEX_GUARD_UNAVAILABLE` when it is made
 */
export function parseRegex<const G extends readonly string[], const Y extends FieldTypes>(
  pattern: RegExp,
  options: ParseRegexOptions & { readonly groups: G; readonly types: Y },
): Parser<string, Partial<TypedRow<G[number], Y>>>;
export function parseRegex<const G extends readonly string[]>(
  pattern: RegExp,
  options: ParseRegexOptions & { readonly groups: G; readonly types?: undefined },
): Parser<string, Partial<TypedRow<G[number], Readonly<Record<never, never>>>>>;
export function parseRegex<const Y extends FieldTypes>(
  pattern: RegExp,
  options: ParseRegexOptions & { readonly groups?: undefined; readonly types: Y },
): Parser<string, Partial<TypedRow<string, Y>>>;
export function parseRegex<T = Record<string, string | undefined>>(
  pattern: RegExp,
  options?: ParseRegexOptions,
): Parser<string, T>;
export function parseRegex<T>(pattern: RegExp, options: ParseRegexOptions = {}): Parser<string, T> {
  const names = groupNames(pattern);
  checkOptions('parseRegex', options, {
    groups: check.optional((value) =>
      isSameNames(value, names) ? undefined : `the pattern's groups: ${names.join(', ')}`,
    ),
    types: check.optional(fieldTypesProblem),
    blankLines: check.optional(check.oneOf('skip', 'match')),
    multiline: check.optional(check.object),
    maxRecordChars: check.optional(check.integer(1)),
    maxMatchMillis: check.optional(check.integer(0)),
  });
  const { types = {}, blankLines = 'skip', multiline, maxRecordChars, maxMatchMillis = MAX_MATCH_MILLIS } = options;
  assertKnownFields('parseRegex', types, names);

  const matchAll = guarded('parseRegex', maxMatchMillis, (text) => pattern.exec(text));
  const convert = fieldConverter(types);
  const toRecord = (match: RegExpExecArray | null): T | RecordProblem => {
    if (match === null) return new RecordProblem({ code: 'REGEX_NO_MATCH', what: 'does not match the pattern.' });
    const record: Record<string, unknown> = {};
    for (const name of names) {
      const group = match.groups![name];
      if (group !== undefined) record[name] = group;
    }
    return convert?.(record) ?? (record as T);
  };
  return lineBatchParser<T>({
    name: 'parseRegex',
    signature: signatureOf({ pattern, ...options }),
    maxRecordChars,
    join: joinSettings('parseRegex', multiline, maxMatchMillis),
    parseAll: (raws) => {
      const texts = raws.map(plainText);
      const isBlank = texts.map((text) => blankLines === 'skip' && text.trim() === '');
      const matches = matchAll(texts.filter((_, index) => !isBlank[index]));
      let next = 0;
      return texts.map((_, index) => {
        if (isBlank[index]) return SKIP;
        const match = matches[next++]!;
        if (match !== SLOW) return toRecord(match);
        const what = `takes the pattern longer than ${maxMatchMillis} ms.`;
        return new RecordProblem({ code: 'REGEX_TOO_SLOW', what });
      });
    },
  });
}

function groupNames(pattern: unknown): readonly string[] {
  const problem = patternProblem(pattern);
  if (problem !== undefined) throw invalid(`it must be ${problem}`);
  const { source, flags } = pattern as RegExp;
  const { groups = {} } = new RegExp(`${source}|`, flags).exec('')!;
  const names = Object.keys(groups);
  // Assigning to `__proto__` would set the prototype, or be lost.
  if (names.length > 0 && !names.includes('__proto__')) return names;
  throw invalid('it must have named groups, none of them named __proto__');
}

function isSameNames(value: unknown, names: readonly string[]): boolean {
  return Array.isArray(value) && value.length === names.length && names.every((name) => value.includes(name));
}

function invalid(why: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `parseRegex: the pattern does not fit: ${why}.`, {
    details: { owner: 'parseRegex', option: 'pattern' },
  });
}
