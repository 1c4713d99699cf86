import type { OptionCheck } from '@millrace/core/plugin';

/** NAMEDATALEN - 1. A longer name would be cut, and then be another one. */
const MAX_BYTES = 63;

/** A name of a table or column, which is used as it is: case matters, and a dot is a character like others. */
export const identifier: OptionCheck = (value) =>
  typeof value === 'string' && value !== '' && !value.includes('\0') && Buffer.byteLength(value) <= MAX_BYTES
    ? undefined
    : `a name of 1 to ${MAX_BYTES} bytes`;

/** A list of names, or one. */
export const identifiers: OptionCheck = (value) => {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const fits = all.length > 0 && all.every((one) => identifier(one) === undefined) && new Set(all).size === all.length;
  return fits ? undefined : `a name, or a list of different names, of 1 to ${MAX_BYTES} bytes each`;
};

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualified({ schema, table }: { readonly schema?: string | undefined; readonly table: string }): string {
  return schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
}
