import { isDecimal } from '@millrace/core';

/** Sign, digits before and after the point, exponent. */
const NUMBER = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/;
/** An instant with its offset from UTC, as ISO-8601 and PostgreSQL spell it. */
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/;

/**
 * Makes one text of a record's key columns, or undefined if one of them has no value. Records whose keys are equal in the
 * table have equal texts, as far as that shows without the column's type: case, spaces at the end, spellings of one number (1,
 * 1.0, 1e0), of one uuid and of one instant make no difference. So some keys that differ only in such things have one text,
 * which costs order that nobody needs and nothing else.
 */
export function keyText(value: unknown, key: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  if (key.length === 1) return spelled(record[key[0]!]);
  let text = '';
  for (const name of key) {
    const one = spelled(record[name]);
    if (one === undefined) return undefined;
    text += `${one.length}:${one}`;
  }
  return text;
}

function spelled(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return textOf(value);
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : (numberOf(String(value)) ?? String(value));
    case 'bigint':
      return numberOf(String(value));
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return undefined;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString().toLowerCase();
      if (isDecimal(value)) return numberOf(value.text) ?? value.text;
      if (ArrayBuffer.isView(value)) {
        return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
      }
      return value instanceof ArrayBuffer ? `\\x${Buffer.from(value).toString('hex')}` : undefined;
    default:
      return undefined;
  }
}

/** Whole numbers as nearly everybody writes them. */
const PLAIN = /^(?:0|-?[1-9]\d{0,14})$/;

function textOf(text: string): string {
  const first = text.charCodeAt(0);
  // Most keys are words: only what begins with a digit, sign, point or space can be a number or an instant.
  if (first <= 0x39) {
    if (PLAIN.test(text)) return text;
    const number = numberOf(text);
    if (number !== undefined) return number;
    if (INSTANT.test(text)) {
      const time = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
      if (!Number.isNaN(time)) return new Date(time).toISOString().toLowerCase();
    }
  }
  return text.trimEnd().toLowerCase();
}

/** A number's digits without zeros that say nothing, and their power of ten; undefined if the text is not a number. */
function numberOf(text: string): string | undefined {
  const found = NUMBER.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  const digits = `${whole}${fraction}`;
  if (digits === '') return undefined;
  const first = digits.search(/[^0]/);
  if (first < 0) return '0';
  let last = digits.length;
  while (digits.charCodeAt(last - 1) === 0x30) last -= 1;
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - last);
  const minus = sign === '-' ? '-' : '';
  const shown = digits.slice(first, last);
  // Zeros are written out as far as a number of JavaScript has them, so that most numbers are their own text.
  return power >= 0n && power <= 20n ? `${minus}${shown}${'0'.repeat(Number(power))}` : `${minus}${shown}e${power}`;
}
