import { MillraceError } from '@millrace/core';
import { decimalText, parseDecimal } from './decimal.ts';
import type { Walk } from './marshal-walk.ts';
import { base64, binaryOf, numberOf, textBytes } from './scalar.ts';

/**
 * Turns a JavaScript set into the JSON of a string set, number set or binary set. Numbers may be of mixed kinds.
 *
 * @throws MillraceError `DYNAMODB_SET_INVALID` for an empty set, mixed types, or members that DynamoDB holds equal: a
 *   JavaScript set may hold both 1 and 1n, and two buffers of the same bytes
 */
export function setJson(set: ReadonlySet<unknown>, walk: Walk): string {
  const [first] = set;
  if (set.size === 0) throw invalid('DynamoDB has no empty set; leave the attribute out, or store null or a list.');
  if (typeof first === 'string') return JSON.stringify({ SS: members(set, (one) => text(one, walk)) });
  if (typeof first === 'object' && first !== null && binaryOf(first) !== undefined) {
    walk.binary = true;
    return JSON.stringify({
      BS: members(
        set,
        (one) => binary(one, walk),
        (encoded) => encoded,
      ),
    });
  }
  return JSON.stringify({
    NS: members(
      set,
      (one) => number(one, walk),
      (digits) => decimalText(parseDecimal(digits)!),
    ),
  });
}

function members(
  set: ReadonlySet<unknown>,
  convert: (member: unknown) => string | undefined,
  identity?: (member: string) => string,
): string[] {
  const converted: string[] = [];
  const seen = new Set<string>();
  for (const member of set) {
    const one = convert(member);
    if (one === undefined) {
      throw invalid('The members of a set are all strings, all numbers or all binary; use a list for others.');
    }
    if (identity !== undefined && seen.size === seen.add(identity(one)).size) {
      throw invalid('Two members of the set are equal to DynamoDB. Remove one, or use a list.');
    }
    converted.push(one);
  }
  return converted;
}

function text(value: unknown, walk: Walk): string | undefined {
  if (typeof value !== 'string') return undefined;
  walk.size += textBytes(value);
  return value;
}

function binary(value: unknown, walk: Walk): string | undefined {
  const bytes = typeof value === 'object' && value !== null ? binaryOf(value) : undefined;
  if (bytes === undefined) return undefined;
  walk.size += bytes.byteLength;
  return base64(bytes);
}

function number(value: unknown, walk: Walk): string | undefined {
  const found = numberOf(value, walk.allowUnsafe);
  walk.size += found?.bytes ?? 0;
  return found?.text;
}

function invalid(message: string): MillraceError {
  return new MillraceError('DYNAMODB_SET_INVALID', message);
}
