import { isDecimal, isMillraceError, MillraceError } from '@millrace/core';
import { encodeJsonLine } from '@millrace/core/plugin';

/** How fields become text that a reader cuts at the same places. */
export interface CsvQuoting {
  readonly delimiter: string;
  /** Empty if nothing is quoted. */
  readonly quote: string;
  readonly escape: string;
}

/** Makes the text of one field; `column` names it in errors. */
export type CsvField = (value: unknown, column: string) => string;

/**
 * At the start of a file, readers take a byte order mark for the file's own, and `sep=` for the line by which spreadsheets
 * name the delimiter.
 */
const START = '^(?:\\uFEFF|[sS][eE][pP]=)';

/** Makes fields: empty for what is null or missing, quoted for an empty text and for what a reader would cut or trim. */
export function csvField({ delimiter, quote, escape }: CsvQuoting): CsvField {
  const special = [delimiter, quote, escape, '\r', '\n'].filter((one) => one !== '').map(escaped);
  if (quote === '') {
    const unquotable = new RegExp(`[${special.join('')}]|${START}`);
    return (value, column) => {
      const text = textOf(value, column) ?? '';
      if (unquotable.test(text)) throw valueUnsupported('a text that needs quotes', column);
      return text;
    };
  }
  const quotable = new RegExp(`[${special.join('')}]|^\\s|\\s$|${START}`);
  const inQuotes = new RegExp(`[${[...new Set([quote, escape])].map(escaped).join('')}]`, 'g');
  const before = escape.replaceAll('$', '$$$$');
  return (value, column) => {
    const text = textOf(value, column);
    if (text === undefined) return '';
    if (text !== '' && !quotable.test(text)) return text;
    return quote + text.replace(inQuotes, `${before}$&`) + quote;
  };
}

/** Makes a character safe within a character class of a pattern. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The text of a value; nothing for what is null or missing. Lists and objects are JSON. */
function textOf(value: unknown, column: string): string | undefined {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw valueUnsupported('a text that is not valid Unicode', column);
      return value;
    case 'number':
      if (value - value !== 0) return jsonText(value, column);
      return Object.is(value, -0) ? '-0' : `${value}`;
    case 'boolean':
    case 'bigint':
      return `${value}`;
    case 'undefined':
      return undefined;
    default:
      if (value === null) return undefined;
      return isDecimal(value) ? value.text : jsonText(value, column);
  }
}

/** What is a text in JSON, such as a date, is that text. */
function jsonText(value: unknown, column: string): string {
  let json: string;
  try {
    json = encodeJsonLine(value);
  } catch (thrown) {
    if (!isMillraceError(thrown) || thrown.code !== 'JSON_VALUE_UNSUPPORTED') throw thrown;
    const { kind, depth } = thrown.details as { readonly kind: string; readonly depth?: number };
    throw valueUnsupported(kind, column, depth);
  }
  return json.startsWith('"') ? (textOf(JSON.parse(json), column) ?? '') : json;
}

function valueUnsupported(kind: string, column: string, depth?: number): MillraceError {
  const at = depth === undefined || depth === 0 ? '' : `, ${depth} levels deep`;
  return new MillraceError(
    'CSV_VALUE_UNSUPPORTED',
    `The column ${JSON.stringify(column)} holds ${kind}${at}, and a field of this CSV cannot hold that. Map it to what it can hold.`,
    { details: { column, kind, ...(depth !== undefined && { depth }) } },
  );
}
