import type { Parser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { lineParser, type ParseLine, RecordProblem, SKIP, withoutReturn } from '@millrace/framing';

export type LogfmtRecord = Readonly<Record<string, string>>;

export interface ParseLogfmtOptions {
  /** A key that every record must have. @default none */
  readonly required?: string;
  /** The longest line, in characters. @default 1048576 */
  readonly maxRecordChars?: number;
}

/** A key, an equals sign, and a value in quotes or without; each pattern begins where the one before it ended. */
const PAIR = /[ \t]*([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?=[ \t]|$)/y;

/** Parses logfmt: lines of `key=value` or `key="a \"longer\" value"`. Rejections: `LOGFMT_INVALID`, `LOGFMT_KEY_MISSING`. */
export function parseLogfmt(options: ParseLogfmtOptions = {}): Parser<string, LogfmtRecord> {
  checkOptions('parseLogfmt', options, {
    required: check.optional(check.text),
    maxRecordChars: check.optional(check.integer(1)),
  });
  const { required, maxRecordChars } = options;
  const parse: ParseLine<LogfmtRecord> = (raw) => {
    const line = withoutReturn(raw).trimEnd();
    if (line === '') return SKIP;
    const pairs: [string, string][] = [];
    for (let at = 0; at < line.length; at = PAIR.lastIndex) {
      PAIR.lastIndex = at;
      const [, key, quoted, plain] = PAIR.exec(line) ?? [];
      if (key === undefined) {
        const what = `is not key=value from character ${at + 1} on.`;
        return new RecordProblem({ code: 'LOGFMT_INVALID', what, details: { at } });
      }
      pairs.push([key, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain!]);
    }
    if (required !== undefined && !pairs.some(([key]) => key === required))
      return new RecordProblem({ code: 'LOGFMT_KEY_MISSING', what: `has no key ${required}.` });
    return Object.fromEntries(pairs);
  };
  return lineParser({ name: 'parseLogfmt', signature: signatureOf(options), maxRecordChars, begin: () => parse });
}
