import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Truth } from './truth.ts';

/** Runs DuckDB's `sniff_csv`, and says whether all that it finds is right. */
export type SniffCsv = (path: string, truth: Truth) => Promise<boolean>;

interface Reader {
  readonly getRowObjectsJson: () => readonly Readonly<Record<string, unknown>>[];
}
interface Connection {
  readonly runAndReadAll: (sql: string) => Promise<Reader>;
}

const NULLS = [
  '',
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  'NULL',
  'null',
  'None',
  'NaN',
  'nan',
  '-',
  '--',
  '.',
  '?',
  String.raw`\N`,
  'nil',
];

/**
 * Starts DuckDB. It is given what it asks its users for: files in UTF-8, decompressed; and each file is sniffed twice, with its
 * own settings and with the texts that mean "no value", and is right if either is.
 */
export async function startDuckdb(folder: string): Promise<SniffCsv> {
  const require = createRequire(join(folder, 'package.json'));
  const { DuckDBInstance } = require('@duckdb/node-api') as {
    readonly DuckDBInstance: { readonly create: () => Promise<{ readonly connect: () => Promise<Connection> }> };
  };
  const connection = await (await DuckDBInstance.create()).connect();
  const nullTexts = `, nullstr = [${NULLS.map((text) => `'${text}'`).join(', ')}]`;
  return async (path, truth) => {
    for (const settings of ['', nullTexts]) {
      try {
        const sql = `SELECT Delimiter, Quote, SkipRows, HasHeader, Comment, to_json(Columns) AS Columns FROM sniff_csv('${path}'${settings})`;
        const [row] = (await connection.runAndReadAll(sql)).getRowObjectsJson();
        if (row !== undefined && isRight(row, truth)) return true;
      } catch {
        // It could not be sniffed.
      }
    }
    return false;
  };
}

function isRight(row: Readonly<Record<string, unknown>>, truth: Truth): boolean {
  const columns = JSON.parse(String(row['Columns'])) as readonly { readonly type: string }[];
  const expected = truth.columns ?? [];
  const comment = String(row['Comment']);
  // It counts comment lines among those to skip.
  const isSkipRight = String(row['SkipRows']) === truth.skip || truth.comment !== '';
  return (
    (expected.length === 1 || row['Delimiter'] === truth.delimiter) &&
    (truth.quote === '' || row['Quote'] === truth.quote) &&
    isSkipRight &&
    String(row['HasHeader']) === (truth.header === 'yes' ? 'true' : 'false') &&
    (truth.comment === '' || comment === truth.comment || Number(row['SkipRows']) > 0) &&
    columns.length === expected.length &&
    columns.every(({ type }, index) => isKind(type, expected[index]!))
  );
}

function isKind(type: string, expected: string): boolean {
  const kind = type.startsWith('TIMESTAMP')
    ? 'timestamp'
    : ({ BIGINT: 'integer', HUGEINT: 'integer', DOUBLE: 'decimal', BOOLEAN: 'boolean', DATE: 'date', TIME: 'time' }[
        type
      ] ?? 'text');
  // It has no type for a column without values.
  return expected.split('|').includes(kind) || (expected === 'empty' && kind === 'text');
}
