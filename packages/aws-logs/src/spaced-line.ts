import { RecordProblem } from '@millrace/framing';
import { isAbsent, type LogField, setField } from './field-kinds.ts';

/** A field of a line whose fields stand in an order that AWS only ever adds to. */
export interface SpacedField extends LogField {
  /** Whether AWS puts it in double quotes. */
  readonly quoted?: true;
  /** Whether every line has a value for it. */
  readonly always?: true;
}

/** How the lines of a log are made. */
export interface SpacedFormat {
  readonly fields: readonly SpacedField[];
  /** So many fields every line has; AWS has added the others over the years. */
  readonly required: number;
  /** Whether fields may stand in double quotes. @default true */
  readonly quotes?: false;
}

/** A piece of a line: its text without quotes or brackets. */
interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * Makes a record of a line of fields between spaces. What AWS has added behind the known fields is kept in `rest`.
 *
 * A quote inside a field in quotes is told from its end by what follows: a space, or the end of the line. Where that can
 * be mistaken, as AWS escapes nothing in some logs, the line is rejected: a field in quotes must stand where one belongs.
 */
export function spacedLine<R>({ fields, required, quotes }: SpacedFormat): (line: string) => R | RecordProblem {
  return (line) => {
    const pieces = quotes === false ? plainPieces(line) : cutPieces(line, fields);
    if (pieces instanceof RecordProblem) return pieces;
    if (pieces.length < required) {
      return new RecordProblem({
        code: 'AWSLOG_FIELD_COUNT',
        what: `has ${pieces.length} fields, and every line of this log has at least ${required}.`,
        details: { fields: pieces.length, required },
      });
    }
    const record: Record<string, unknown> = {};
    for (const [index, field] of fields.entries()) {
      const piece = pieces[index];
      if (piece === undefined) break;
      if (quotes !== false && piece.quoted !== (field.quoted === true) && piece.text !== '-') return misplaced(field);
      if (isAbsent(piece.text) && field.always !== true) continue;
      const problem = setField(record, field, piece.text);
      if (problem !== undefined) return problem;
    }
    if (pieces.length > fields.length) record['rest'] = pieces.slice(fields.length).map(({ text }) => text);
    return record as R;
  };
}

function plainPieces(line: string): readonly Piece[] {
  const texts = line.split(' ').filter((text) => text !== '');
  return texts.map((text) => ({ text, quoted: false }));
}

function cutPieces(line: string, fields: readonly SpacedField[]): readonly Piece[] | RecordProblem {
  const pieces: Piece[] = [];
  for (let at = 0; at < line.length;) {
    const first = line[at];
    if (first === ' ') {
      at += 1;
      continue;
    }
    const isBracketed = first === '[' && fields[pieces.length]?.kind === 'bracketed time';
    const closing = first === '"' ? '"' : isBracketed ? ']' : undefined;
    const end = closing === undefined ? line.indexOf(' ', at) : closingEnd(line, at + 1, closing);
    if (closing !== undefined && end === -1) {
      return lineInvalid(`has a ${first} at character ${at + 1} that is not closed.`);
    }
    const stop = end === -1 ? line.length : end;
    const text = closing === undefined ? line.slice(at, stop) : line.slice(at + 1, stop);
    if (closing === undefined && text.includes('"')) {
      return lineInvalid(`has a quote in a field without quotes, at character ${at + text.indexOf('"') + 1}.`);
    }
    pieces.push({ text, quoted: closing === '"' });
    at = stop + 1;
  }
  return pieces;
}

/** Where a field in quotes or brackets ends: at one that is not escaped, with a space behind it or nothing. */
function closingEnd(line: string, from: number, closing: string): number {
  for (let at = line.indexOf(closing, from); at !== -1; at = line.indexOf(closing, at + 1)) {
    if ((at + 1 === line.length || line[at + 1] === ' ') && !isEscaped(line, at, from)) return at;
  }
  return -1;
}

/** Whether an odd number of backslashes stands before `at`. */
function isEscaped(line: string, at: number, from: number): boolean {
  let count = 0;
  while (at - 1 - count >= from && line[at - 1 - count] === '\\') count += 1;
  return count % 2 === 1;
}

function misplaced({ name, quoted }: SpacedField): RecordProblem {
  const what = quoted === true ? 'is not in quotes, though AWS puts it in quotes' : 'is in quotes, and should not be';
  return lineInvalid(
    `cannot be told into fields: ${JSON.stringify(name)} ${what}. A quote before it may not be escaped.`,
  );
}

function lineInvalid(what: string): RecordProblem {
  return new RecordProblem({ code: 'AWSLOG_LINE_INVALID', what });
}
