import type { Parser } from '@millrace/core';
import { lineParser, type LineParserSettings, type ParseLine, SKIP, withoutReturn } from '@millrace/framing';

/** A parser of logs: each line is given without its line end, and blank lines are passed over. */
export function logLines<R>(settings: LineParserSettings<R>): Parser<string, R> {
  const { begin, beginReparse } = settings;
  return lineParser({
    ...settings,
    begin: () => ofText(begin()),
    ...(beginReparse && { beginReparse: (rejected) => ofText(beginReparse(rejected)) }),
  });
}

function ofText<R>(parse: ParseLine<R>): ParseLine<R> {
  return (raw) => {
    const line = withoutReturn(raw);
    return line.trim() === '' ? SKIP : parse(line);
  };
}
