import type { Rejection } from '@millrace/core';
import { printable } from '@millrace/terminal';

/** The record as it was received, or what is known of it: bytes that are not text become escapes. */
export function rawText({ raw, value }: Rejection): string | undefined {
  if (typeof raw === 'string') return raw;
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('latin1');
  return value === undefined
    ? undefined
    : JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one));
}

/** One line of text, and below it a mark at the problem if the rejection says where it is. */
export function pointedText(rejection: Rejection, width: number): readonly string[] {
  const text = rawText(rejection);
  if (text === undefined) return ['(the record could not be kept)'];
  const at = problemAt(rejection);
  if (at === undefined || at > text.length) return cut(printable(text), 0, width);
  const before = printable(text.slice(0, at));
  // What is before the problem is cut, so that the mark is on the screen.
  const start = Math.max(0, before.length - Math.floor(width / 2));
  const whole = printable(text);
  const [line = ''] = cut(whole, start, width);
  const lead = start > 0 ? 1 : 0;
  return [line, `${' '.repeat(before.length - start + lead)}^`];
}

function cut(text: string, start: number, width: number): readonly string[] {
  const lead = start > 0 ? '…' : '';
  const room = width - lead.length;
  const part = text.slice(start);
  return [part.length <= room ? lead + part : `${lead}${part.slice(0, room - 1)}…`];
}

/** Index of the character that is wrong. Parsers say it in their details, or in their message as `character 9`. */
function problemAt({ details, message }: Rejection): number | undefined {
  const said = details?.['character'];
  const character = typeof said === 'number' ? said : Number(/\bcharacter (\d+)\b/.exec(message)?.[1]);
  return Number.isSafeInteger(character) && character >= 1 ? character - 1 : undefined;
}
