import { readFile } from 'node:fs/promises';
import type { Parser } from '@millrace/core';
import { parseCsv, parseNdjson } from '@millrace/formats';

export type Row = Readonly<Record<string, unknown>>;

/** A file of the npm package `vega-datasets`, as a supplier would send it. */
export interface Dataset {
  readonly name: string;
  readonly text: string;
  readonly parse: () => Parser<string, Row>;
  /** What it holds, by ordinal, read without Millrace. */
  readonly rows: readonly Row[];
}

/** The package exports no file of its data, so they are found beside its main module, `build/index.js`. */
const read = (name: string): Promise<string> =>
  readFile(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')), 'utf8');

export async function dataset(name: string): Promise<Dataset> {
  const text = await read(name);
  if (name.endsWith('.csv')) return { name, text, parse: () => parseCsv<Row>(), rows: csvRows(text) };
  const rows = JSON.parse(text) as Row[];
  return { name, text: rows.map((row) => `${JSON.stringify(row)}\n`).join(''), parse: () => parseNdjson<Row>(), rows };
}

/** Plain CSV: fields that are quoted or not, and lines that end with LF or CRLF. */
function csvRows(text: string): readonly Row[] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === '' && line.length === 0 && plain === '') break;
    line.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  const [names = [], ...others] = lines;
  return others.map((fields) => Object.fromEntries(names.map((name, index) => [name, fields[index]])));
}
