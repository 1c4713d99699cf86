import { MillraceError } from '@millrace/core';
import type { RejectedRecord } from '@millrace/core/plugin';
import { jsonFault } from './json-fault.ts';
import { isKept } from '../text/kept-context.ts';
import { RecordProblem } from '../record-problem.ts';
import { wholeText } from '../text/record-text.ts';

/** Parses a JSON text, as `JSON.parse` does, or returns a `RecordProblem`. @throws SyntaxError if the text is not valid JSON */
export type JsonParser = (text: string) => unknown;

export type CopiedValues = Readonly<Record<string, unknown>>;

/** Makes a record of an element's text, with the fields that it is to get from the objects around it. */
export function jsonRecord<T>(
  text: string,
  parse: JsonParser,
  copied: CopiedValues | undefined,
  refine: (value: unknown) => T | RecordProblem,
): T | RecordProblem {
  let record: unknown;
  try {
    record = parse(text);
  } catch (cause) {
    return problem('JSON_INVALID', `begins a record that is not valid JSON: ${jsonFault(text)}.`, copied, cause);
  }
  if (record instanceof RecordProblem) return problem(record.code, record.what, copied, undefined, record.details);
  if (copied === undefined) return refine(record);
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    const what = 'begins a record that is not an object, so fields cannot be copied into it.';
    return new RecordProblem({ code: 'JSON_NOT_OBJECT', what, details: { content: { copied } } });
  }
  for (const [name, value] of Object.entries(copied)) {
    if (Object.hasOwn(record, name)) {
      const what = `begins a record that has a field ${JSON.stringify(name)} of its own, and "copy" has one of this name.`;
      return problem('JSON_FIELD_CONFLICT', what, copied);
    }
    (record as Record<string, unknown>)[name] = value;
  }
  return refine(record);
}

/** The copied values go along, so that a replay can make the record by itself. */
function problem(
  code: string,
  what: string,
  copied: CopiedValues | undefined,
  cause?: unknown,
  details?: RecordProblem['details'],
): RecordProblem {
  return new RecordProblem({
    code,
    what,
    details: copied && isKept(copied) ? { ...details, content: { copied } } : details,
    cause,
  });
}

/**
 * Makes one rejected record by itself. A record that a later stage rejected does not say what was copied into it; where
 * `copies` is set, its replay goes on from the value that this stage got.
 *
 * @throws MillraceError `REPLAY_IMPOSSIBLE`, or the code of what is wrong with the text
 */
export function reparseJson<T>(
  copies: boolean,
  toRecord: (text: string, copied: CopiedValues | undefined) => T | RecordProblem,
  rejected: Pick<RejectedRecord, 'raw' | 'code' | 'details'>,
): T {
  const text = wholeText(rejected);
  const copied = (rejected.details?.['content'] as { readonly copied?: CopiedValues } | undefined)?.copied;
  if (copies && copied === undefined) {
    const message = 'The record does not say which fields were copied into it. Deliver the file again.';
    throw new MillraceError('REPLAY_IMPOSSIBLE', message);
  }
  const record = toRecord(text, copies ? copied : undefined);
  if (!(record instanceof RecordProblem)) return record;
  throw new MillraceError(record.code, `The text ${record.what}`, { details: record.details, cause: record.cause });
}
