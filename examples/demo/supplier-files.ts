import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import iconv from 'iconv-lite';

/** A file as a supplier sends it. */
export interface SupplierFile {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  /** What it holds, for people. */
  readonly format: string;
}

type Row = Readonly<Record<string, unknown>>;

/** The package exports no file of its data, so they are found beside its main module, `build/index.js`. */
const dataset = (name: string): Promise<string> =>
  readFile(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')), 'utf8');
const pack = promisify(gzip);

/**
 * Returns files of the npm package `vega-datasets`, as three suppliers would send them: each in its own format and charset,
 * under keys as people choose them.
 *
 * @param most records in each file at most
 */
export async function supplierFiles(most: number = Number.POSITIVE_INFINITY): Promise<readonly SupplierFile[]> {
  const rows = async (name: string): Promise<Row[]> => (JSON.parse(await dataset(name)) as Row[]).slice(0, most);
  const lines = async (name: string): Promise<string> =>
    (await dataset(name))
      .split('\n')
      .slice(0, most + 1)
      .join('\n');
  const flights = await rows('flights-200k.json');
  const movies = await rows('movies.json');
  const matches = await rows('football.json');
  const csv = async (key: string, text: string): Promise<SupplierFile> => ({
    bucket: 'supplier-atlas',
    key: `${key}.csv.gz`,
    body: await pack(iconv.encode(text, 'windows-1252')),
    format: 'CSV, windows-1252',
  });
  return [
    {
      bucket: 'supplier-skyway',
      key: '2001/flights 200k+delays.ndjson.gz',
      body: await pack(ndjson(flights)),
      format: 'NDJSON, UTF-8',
    },
    await csv('football/matches é.2013', toCsv(matches)),
    await csv('places/airports', await lines('airports.csv')),
    await csv('places/zipcodes', await lines('zipcodes.csv')),
    await csv('markets/stocks', await lines('stocks.csv')),
    {
      bucket: 'supplier-reel',
      key: 'movies,=all;.ndjson.gz',
      body: await pack(iconv.encode(ndjson(movies), 'utf-16le', { addBOM: true })),
      format: 'NDJSON, UTF-16LE with BOM',
    },
  ];
}

/** Returns the same movies, as they come on a bad day: some lines cut off, one that is not JSON at all. */
export async function brokenFile(): Promise<SupplierFile> {
  const movies = (JSON.parse(await dataset('movies.json')) as Row[]).slice(0, 500);
  const lines = ndjson(movies).split('\n');
  for (const at of [17, 170, 342]) lines[at] = lines[at]!.slice(0, 40);
  lines[99] = '-- page break --';
  return {
    bucket: 'supplier-reel',
    key: 'movies (resent).ndjson.gz',
    body: await pack(iconv.encode(lines.join('\n'), 'utf-16le', { addBOM: true })),
    format: 'NDJSON, UTF-16LE, 4 broken lines',
  };
}

function ndjson(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function toCsv(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const quote = (value: unknown): string => `"${`${value as string | number}`.replaceAll('"', '""')}"`;
  return [names.join(','), ...rows.map((row) => names.map((name) => quote(row[name])).join(','))].join('\r\n');
}
