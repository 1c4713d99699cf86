import { MillraceError } from '@millrace/core';
import type { RejectedRecord } from '@millrace/core/plugin';
import { areKept, MAX_CONTEXT_CHARS, RecordProblem } from '@millrace/framing';
import { type FieldKind, isAbsent, type LogField, setField } from './field-kinds.ts';

/** A field that the header names: what it is called in records, or that it is not known. */
interface NamedField extends LogField {
  readonly isKnown: boolean;
}

/** The fields of a header, in its order. */
export interface Columns {
  /** As the header has them: a rejection keeps them, so that its line can be parsed by itself. */
  readonly names: readonly string[];
  readonly fields: readonly NamedField[];
}

/** Fields of a log by the name that AWS gives them. */
export type KnownFields = ReadonlyMap<string, FieldKind>;

/** @throws MillraceError `AWSLOG_HEADER_INVALID` where a name is empty or stands twice */
export function columnsOf(names: readonly string[], known: KnownFields): Columns {
  if (names.length === 0) throw headerInvalid('it names no field');
  // No log of AWS comes near.
  if (!areKept(names)) throw headerInvalid(`its names have more than ${MAX_CONTEXT_CHARS} characters`);
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === '' || seen.has(name))
      throw headerInvalid(`its field ${index + 1} has no name, or that of another one`);
    seen.add(name);
  }
  const fields = names.map((name): NamedField => {
    const kind = known.get(name);
    return kind === undefined
      ? { name, kind: 'text', isKnown: false }
      : { name: recordName(name), kind, isKnown: true };
  });
  return { names, fields };
}

export function headerInvalid(why: string): MillraceError {
  return new MillraceError(
    'AWSLOG_HEADER_INVALID',
    `The log does not say which fields it has: ${why}. Look whether the file is whole, and of this kind of log.`,
  );
}

/** Makes a record of a line's fields. Those that are not known are kept as text, in `unknown`. */
export function namedRecord(
  { names, fields }: Columns,
  texts: readonly string[],
): Record<string, unknown> | RecordProblem {
  // What a line rejected now needs to be parsed by itself later.
  const details = { content: { columns: names } };
  if (texts.length !== fields.length) {
    const what = `has ${texts.length} fields, and the header names ${fields.length}.`;
    return new RecordProblem({ code: 'AWSLOG_FIELD_COUNT', what, details });
  }
  const record: Record<string, unknown> = {};
  const unknown: [string, string][] = [];
  for (const [index, field] of fields.entries()) {
    const text = texts[index]!;
    if (isAbsent(text)) continue;
    if (!field.isKnown) {
      unknown.push([field.name, text]);
      continue;
    }
    const problem = setField(record, field, text);
    if (problem !== undefined) {
      const { code, what, details: own } = problem;
      return new RecordProblem({ code, what, details: { ...own, ...details } });
    }
  }
  // Own properties, whatever their names: none of them touches a prototype.
  if (unknown.length > 0) record['unknown'] = Object.fromEntries(unknown);
  return record;
}

/**
 * The columns that a rejection keeps.
 *
 * @throws MillraceError `REPLAY_IMPOSSIBLE` where a later stage rejected the record
 */
export function columnsKept({ details }: Pick<RejectedRecord, 'details'>, known: KnownFields): Columns {
  const names = (details?.['content'] as { readonly columns?: unknown } | undefined)?.columns;
  if (Array.isArray(names)) return columnsOf(names as readonly string[], known);
  throw new MillraceError('REPLAY_IMPOSSIBLE', 'The line does not say which fields it has. Deliver the file again.');
}

/** `cs(User-Agent)` as `csUserAgent`, `pkt-srcaddr` as `pktSrcaddr`. */
function recordName(name: string): string {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words.map((word, index) => (index === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('');
}
