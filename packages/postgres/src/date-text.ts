import { unsupported } from './json-text.ts';

/** A date as ISO-8601 in UTC; years beyond four digits and before Christ as PostgreSQL spells them. */
export function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) throw unsupported('an invalid Date');
  const text = date.toISOString();
  if (text.startsWith('+')) return text.slice(1).replace(/^0(?=\d{5})/, '');
  const year = date.getUTCFullYear();
  if (year > 0) return text;
  // The year 0 of ISO-8601 is 1 BC.
  const rest = text.slice(text.startsWith('-') ? 7 : 4);
  return `${String(1 - year).padStart(4, '0')}${rest} BC`;
}
