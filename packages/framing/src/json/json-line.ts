import { type ParseLine, RecordProblem, SKIP } from '../record-problem.ts';
import { jsonFault } from './json-fault.ts';
import type { JsonParser } from './json-records.ts';

/**
 * Makes a function that parses a line of newline-delimited JSON, for {@link lineParser}. A line that is not valid JSON is
 * rejected with `NDJSON_INVALID`.
 *
 * @param blankLines what to do about a line of white space only; rejected, it has the code `NDJSON_BLANK_LINE`
 * @example
 * const parseEvents = lineParser({ name: 'parseEvents', signature: '', begin: () => jsonLine(JSON.parse) });
 */
export function jsonLine(parse: JsonParser, blankLines: 'skip' | 'reject' = 'skip'): ParseLine<unknown> {
  const blank = (): RecordProblem | typeof SKIP =>
    blankLines === 'skip' ? SKIP : new RecordProblem({ code: 'NDJSON_BLANK_LINE', what: 'is blank.' });
  return (line) => {
    // A blank line is too common to be found out by a thrown error.
    if (line.length < 2 && (line === '' || line === '\r')) return blank();
    try {
      return parse(line);
    } catch (cause) {
      if (/^[ \t\r]*$/.test(line)) return blank();
      const what = `is not valid JSON: ${jsonFault(line)}.${severalLines(line)}`;
      return new RecordProblem({ code: 'NDJSON_INVALID', what, cause });
    }
  };
}

/** A record separator begins each value of a JSON text sequence. A line that only opens a value, or ends with a comma, belongs to JSON that is written over several lines. */
function severalLines(line: string): string {
  if (line.startsWith('\u001E'))
    return ' It begins with a record separator: read a JSON text sequence with parseJsonSeq().';
  return /^\s*[[{]\s*$|,\s*$/.test(line)
    ? ' If one JSON value is written over several lines, such as an array of records, read it with parseJson().'
    : '';
}
