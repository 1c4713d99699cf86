import { isMillraceError } from '@millrace/core';

/** Formats a result as JSON: integers beyond JSON's as text, bytes as base64, errors as what `toJSON` says. */
export function jsonText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, member: unknown) => {
      if (typeof member === 'bigint') return String(member);
      if (member instanceof Uint8Array) return { base64: Buffer.from(member).toString('base64') };
      if (member instanceof Error && !isMillraceError(member)) return { message: member.message };
      return member;
    },
    2,
  );
}
