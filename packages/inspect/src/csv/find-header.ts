import { type Guess, guess } from '../guess.ts';
import { dateShape } from '../types/date-shape.ts';
import { isNumeric } from '../types/number-shape.ts';

const IDENTIFIER = /^[\p{L}_#%$][\p{L}\p{N}\p{M}_ ./()%#$:?&'’*-]*$/u;
const ROWS = 500;

/**
 * Judges whether the first of some rows names the columns: by columns whose other values are of a type that the first is not,
 * then by whether the first values look like names that their columns do not hold.
 */
export function findHeader(rows: readonly (readonly string[])[], complete: boolean): Guess<boolean> {
  const [first, ...others] = rows;
  if (first === undefined) return guess(false, 0.5);
  const names = first.map((cell) => cell.trim());
  const filled = names.filter((name) => name !== '');
  if (others.length === 0) {
    const isNames = filled.length > 0 && filled.every((name) => IDENTIFIER.test(name));
    return guess(isNames, 0.6, !isNames, 0.4);
  }
  const body = others.slice(0, ROWS);
  const isIndexed = names.length > 2 && names[0] === '' && new Set(filled).size === names.length - 1;
  // As R writes row names: an empty cell above a column in which no other is empty.
  if (isIndexed && body.length >= 3 && body.every(([index = '']) => index.trim() !== ''))
    return guess(true, indexedCertainty(filled), false, 0.1);
  const years = areYears(names);
  let [votes, against] = [0, 0];
  for (const [index, name] of names.entries()) {
    const column = body.map((row) => (row[index] ?? '').trim()).filter((value) => value !== '');
    const vote = years && isYear(name) ? (column.every(isYear) ? 0 : 0.3) : voteOf(name, column);
    if (vote > 0) votes += vote;
    else against -= vote;
  }
  if (new Set(filled).size < filled.length) against += 1.5;
  if (filled.some((name) => isNumeric(name) && !isYear(name))) against += 2;
  const total = votes - against;
  const value = total > 0;
  const enough = complete || body.length > 3 ? 1 : 0.9;
  const confidence = (0.5 + 0.5 * (1 - Math.exp(-Math.abs(total) * 0.9))) * enough;
  return guess(value, Math.min(confidence, 0.99), !value, 1 - confidence);
}

function indexedCertainty(names: readonly string[]): number {
  return names.every((name) => IDENTIFIER.test(name)) ? 0.98 : 0.85;
}

/** Positive if a cell names its column, negative if it is one of its values. */
function voteOf(name: string, column: readonly string[]): number {
  if (name === '') return column.length === 0 ? 0 : 0.1; // As R writes row names.
  if (column.length === 0) return 0;
  const numbers = column.filter(isNumeric).length / column.length;
  if (isNumeric(name)) return numbers > 0.8 ? -1.5 : -0.3;
  if (numbers > 0.8) return isMissing(name) ? -0.2 : 2;
  const sample = column.slice(0, 50);
  if (dateShape(sample) !== undefined) return dateShape([name]) === undefined ? 2 : -2;
  if (dateShape([name]) !== undefined) return -1;
  const distinct = new Set(column);
  if (distinct.has(name)) return -0.6;
  return textVote(name, column, distinct);
}

function textVote(name: string, column: readonly string[], distinct: ReadonlySet<string>): number {
  const looks = IDENTIFIER.test(name) && name.length < 40 ? 0.2 : -0.3;
  const lengths = column.map((value) => value.length);
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  // Codes of one length, and few values that repeat: what differs from them is their name.
  if (column.length >= 3 && shortest === longest) {
    if (name.length !== longest) return looks + 0.8;
    if (column.length >= 8 && caseOf(name) === caseOf(column[0]!)) return -0.8;
  }
  if (column.length >= 8 && distinct.size * 4 <= column.length) return looks + 0.8;
  const isWordy = /^[a-z][a-z0-9]*(?:[_ ][a-z0-9]+)*$/.test(name) || /^[a-z]+(?:[A-Z][a-z0-9]*)+$/.test(name);
  if (isWordy && column.filter((value) => /^[a-z][a-z0-9_]*$/.test(value)).length < column.length / 2)
    return looks + 0.5;
  if (USUAL.test(name)) return looks + 0.6;
  return looks;
}

/** Whether names are years one after the other, as in tables with a column for each year. */
function areYears(names: readonly string[]): boolean {
  const years = names.filter(isYear).map(Number);
  return (
    years.length >= 3 &&
    years.every((year, index) => index === 0 || Math.abs(year - years[index - 1]!) === Math.abs(years[1]! - years[0]!))
  );
}

function isYear(text: string): boolean {
  return /^(?:1[5-9]|20)\d\d$/.test(text);
}

function caseOf(text: string): 'upper' | 'lower' | 'mixed' {
  if (text === text.toUpperCase()) return 'upper';
  return text === text.toLowerCase() ? 'lower' : 'mixed';
}

const USUAL =
  /^(?:id|name|code|key|type|kind|title|date|day|month|year|time|value|city|state|country|region|address|email|phone|status|description|note|text|label|category|group|iata|zip|currency|amount|price|sku|first|last|company|parent|child|source|target|lang|language|symbol|unit)s?$/i;

function isMissing(text: string): boolean {
  return /^(?:na|n\/a|null|nan|none|\?|-|\.)$/i.test(text);
}
