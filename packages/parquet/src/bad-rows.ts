import type { ParserContext, Rejected } from '@millrace/core/plugin';
import { BadValue } from './leaf-values.ts';
import type { Row } from './row-group-reader.ts';

/** Rejects rows that have a value which no record can hold; the others stay as they are. */
export function withoutBadRows(rows: readonly Row[], reject: ParserContext['reject']): (Row | Rejected)[] {
  return rows.map((row) => {
    const bad = findBad(row, '');
    if (bad === undefined) return row;
    const { path, value } = bad;
    return reject({
      code: value.code,
      message: `In the row ${value.what}. The quarantine has the column's path.`,
      raw: rowText(row),
      details: { content: { path } },
    });
  });
}

function findBad(value: unknown, path: string): { readonly path: string; readonly value: BadValue } | undefined {
  if (value instanceof BadValue) return { path, value };
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const bad = findBad(inner, path === '' ? name : `${path}.${name}`);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

/** A row as JSON, for people: Parquet has no text of a row. */
function rowText(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (value instanceof BadValue) return `(${value.shown})`;
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
}
