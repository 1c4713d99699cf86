import { isMillraceError } from '@millrace/core';
import { wrap } from './display-width.ts';
import { printable } from './printable.ts';
import { count } from './quantities.ts';
import { paint } from './style.ts';

export interface ExplainOptions {
  /** Columns of the terminal. @default 80 */
  readonly width?: number;
  /** Whether to write colors. @default false */
  readonly color?: boolean;
  /** Also writes the details of the error, and the chain of its causes with their stacks. @default false */
  readonly verbose?: boolean;
}

/**
 * Explains an error to a person in at most three parts: what happened, where, and what to do. It never prints a bare stack.
 *
 * @returns lines of text, joined by line feeds
 * @example
 * try {
 *   await prices.run(refs, { ledger });
 * } catch (error) {
 *   console.error(explain(error));
 *   process.exitCode = 1;
 * }
 */
export function explain(error: unknown, options: ExplainOptions = {}): string {
  const { width = 80, color = false, verbose = false } = options;
  const brush = paint(color);
  const { code, what, where, todo } = partsOf(error);
  const indent = '  ';
  const block = (text: string): readonly string[] => wrap(text, width - indent.length).map((line) => indent + line);
  const [first = '', ...rest] = wrap(code === undefined ? what : `${code}  ${what}`, width - indent.length);
  const lines = [
    `${brush('bad', '✗')} ${code === undefined ? first : first.replace(code, brush('strong', code))}`,
    ...rest.map((line) => indent + line),
    ...(where === undefined ? [] : block(where).map((line) => brush('faint', line))),
    ...(todo === undefined ? [] : block(todo)),
    ...(verbose ? moreOf(error).map((line) => brush('faint', indent + line)) : []),
  ];
  return lines.join('\n');
}

/** An error in the parts that a person reads. */
export interface ErrorParts {
  readonly code?: string;
  readonly what: string;
  readonly where?: string;
  readonly todo?: string;
}

/** Separates what an error says: its first sentence tells what happened, the others what to do. */
export function partsOf(error: unknown): ErrorParts {
  if (!isMillraceError(error)) return { what: printable(textOf(error)) };
  const [what, advice] = sentences(printable(error.message));
  const again = 'This can pass: run it again.';
  const todo = [advice, error.retryable && !/\bagain\b/i.test(advice) ? again : ''].filter((text) => text !== '');
  const where = placeOf(error);
  return {
    code: error.code,
    what,
    ...(where !== undefined && { where }),
    ...(todo.length > 0 && { todo: todo.join(' ') }),
  };
}

/** The end of a sentence is a period, a space and a capital letter: `e.g. 3` and `v1.2` are none. */
function sentences(message: string): readonly [first: string, rest: string] {
  const end = /[.!?] (?=[A-Z])/.exec(message);
  if (end === null) return [message, ''];
  return [message.slice(0, end.index + 1), message.slice(end.index + 2)];
}

interface Place {
  readonly stage?: string | undefined;
  readonly item?: string | undefined;
  readonly ordinal?: number | undefined;
  readonly partNumber?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

function placeOf({ stage, item, ordinal, partNumber, details }: Place): string | undefined {
  const line = details?.['line'];
  const parts = [
    item === undefined ? '' : printable(item),
    partNumber === undefined ? '' : `file ${count(partNumber)} of the archive`,
    typeof line === 'number' ? `line ${count(line)}` : '',
    ordinal === undefined ? '' : `record ${count(ordinal)}`,
    stage === undefined ? '' : `stage ${stage}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : `at ${parts.join(', ')}`;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error))
    return typeof error === 'string' ? error : `A value of type ${typeof error} was thrown.`;
  const type = error.name === 'Error' ? '' : `${error.name}: `;
  return `${type}${error.message}`;
}

/** Details and causes, one line each, and the stacks that lead to the place in the code. */
function moreOf(error: unknown): readonly string[] {
  const lines: string[] = [];
  const details = isMillraceError(error) ? error.toJSON()['details'] : undefined;
  if (details !== undefined) lines.push(`details: ${printable(JSON.stringify(details))}`);
  for (let one: unknown = error, depth = 0; one instanceof Error && depth < 10; one = one.cause, depth += 1) {
    if (depth > 0)
      lines.push(`caused by ${printable(isMillraceError(one) ? `${one.code}: ${one.message}` : textOf(one))}`);
    const frames = (one.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
    lines.push(...frames.slice(0, 8).map((line) => printable(line)));
  }
  return lines;
}
