import { type Decimal, isDecimal } from '@millrace/core';

/**
 * Returns the canonical form of a value: a JSON text in which values that are equal are written alike.
 * `readers/canonical.py` describes it and makes the same.
 */
export function canonical(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'bigint':
      return `"n:${value}"`;
    case 'number':
      return `"n:${numberDigits(value)}"`;
    case 'string':
      return JSON.stringify(`s:${value}`);
    default:
      return canonicalObject(value);
  }
}

function canonicalObject(value: object): string {
  if (value instanceof Uint8Array) return `"b:${Buffer.from(value).toString('base64')}"`;
  if (isDecimal(value)) return `"d:${scientific((value as Decimal).text)}"`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const names = Object.keys(value).toSorted();
  const members = names.map((name) => `${JSON.stringify(name)}:${canonical((value as Record<string, unknown>)[name])}`);
  return `{${members.join(',')}}`;
}

function numberDigits(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (Number.isSafeInteger(value) || !Number.isFinite(value)) return String(value);
  return Number.isInteger(value) ? String(BigInt(value)) : scientific(String(value));
}

/** The text of a number, such as 1.5e-7, as a whole number and an exponent of ten. */
function scientific(text: string): string {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e') as [string, string?];
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole, fraction = ''] = mantissa.replace('-', '').split('.') as [string, string?];
  const figures = `${whole}${fraction}`.replace(/^0+/, '');
  if (figures === '') return '0';
  const short = figures.replace(/0+$/, '');
  const scale = Number(exponent) - fraction.length + figures.length - short.length;
  return scale >= 0 ? `${sign}${short}${'0'.repeat(scale)}` : `${sign}${short}e${scale}`;
}

/** Leaves out of moments what DuckDB does not keep: zeros at their end, and the zone. */
export function loosened(line: string): string {
  return line.replaceAll(
    /("s:(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d\.)(\d+)Z?"/g,
    (_, head: string, places: string) => `${head}${places.replace(/0+$/, '')}"`,
  );
}
