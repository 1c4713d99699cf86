import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import iconv from 'iconv-lite';
import type { Truth } from './truth.ts';
import { zipOf } from './zip-of.ts';

/** A file that is made from names of countries. */
export interface Generated {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly truth: Truth;
}

/** Encodings, the language whose names each holds, and its byte order mark. */
const CHARSETS: readonly (readonly [charset: string, language: string, mark: readonly number[]])[] = [
  ['utf-8', 'de', []],
  ['utf-8', 'fr', [0xef, 0xbb, 0xbf]],
  ['utf-16le', 'ru', [0xff, 0xfe]],
  ['utf-16be', 'pt', []],
  ['windows-1252', 'es', []],
  ['windows-1250', 'pl', []],
  ['windows-1251', 'ru', []],
  ['koi8-r', 'ru', []],
  ['cp850', 'fr', []],
  ['shift_jis', 'ja', []],
  ['euc-kr', 'ko', []],
  ['gb18030', 'zh', []],
];

const COMPRESSIONS: readonly (readonly [
  name: string,
  suffix: string,
  pack: (bytes: Buffer, name: string) => Uint8Array,
])[] = [
  ['none', '', (bytes) => bytes],
  ['gzip', '.gz', (bytes) => gzipSync(bytes)],
  ['zstd', '.zst', (bytes) => zstdCompressSync(bytes)],
  ['zlib', '.zz', (bytes) => deflateSync(bytes)],
  ['brotli', '.br', (bytes) => brotliCompressSync(bytes)],
  ['zip', '.zip', zipOf],
];

interface Country {
  readonly code: string;
  readonly number: string;
  readonly name: string;
  readonly area: string;
  readonly day: string;
}

const NAMES = ['code', 'number', 'name', 'area', 'day'] as const;
const KINDS = ['text', 'text', 'text', 'decimal', 'date'];

interface Made {
  readonly suffix: string;
  readonly format: string;
  readonly write: (rows: readonly Country[]) => string;
  readonly labels: Partial<Truth>;
}

const csv = (suffix: string, delimiter: string, decimal: string, lineEnd: string): Made => ({
  suffix,
  format: 'csv',
  write: (rows) =>
    [
      NAMES.join(delimiter),
      ...rows.map((row) =>
        NAMES.map((name) => quoted(row[name].replace('.', name === 'area' ? decimal : '.'), delimiter)).join(delimiter),
      ),
    ]
      .map((line) => `${line}${lineEnd}`)
      .join(''),
  labels: {
    delimiter,
    header: 'yes',
    skip: '0',
    comment: '',
    columns: decimal === ',' ? ['text', 'text', 'text', 'decimal:comma', 'date'] : KINDS,
  },
});
const object = ({ area, ...row }: Country): object => ({ ...row, area: Number(area) });
const OBJECT_KINDS = ['text', 'text', 'text', 'date', 'decimal'];

const FORMATS: readonly Made[] = [
  csv('csv', ',', '.', '\n'),
  csv('txt', ';', ',', '\r\n'),
  csv('tsv', '\t', '.', '\n'),
  {
    suffix: 'jsonl',
    format: 'ndjson',
    write: (rows) => rows.map((row) => `${JSON.stringify(object(row))}\n`).join(''),
    labels: { columns: OBJECT_KINDS },
  },
  {
    suffix: 'json',
    format: 'json',
    write: (rows) => JSON.stringify({ source: 'made', countries: rows.map(object) }, undefined, 1),
    labels: { path_of_records: 'countries[*]', columns: OBJECT_KINDS },
  },
  {
    suffix: 'xml',
    format: 'xml',
    write: (rows) =>
      `<countries>\n${rows.map((row) => `<country code="${row.code}"><name>${row.name.replaceAll('&', '&amp;')}</name><area>${row.area}</area></country>\n`).join('')}</countries>\n`,
    labels: { path_of_records: '/countries/country', columns: ['text', 'text', 'decimal'] },
  },
  {
    suffix: 'dat',
    format: 'fixed-width',
    write: (rows) => {
      const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
      return rows
        .map(
          ({ code, number, name, area, day }) =>
            `${code}  ${number}  ${name.padEnd(width)}${area.padStart(12)}  ${day}\n`,
        )
        .join('');
    },
    labels: { columns: KINDS },
  },
  {
    suffix: 'log',
    format: 'lines',
    write: (rows) => rows.map(({ day, code, name }) => `${day}T08:15:00Z INFO ${code} ${name}: loaded\n`).join(''),
    labels: { columns: ['text'] },
  },
];

/** Makes a file in each of 12 encodings, 6 compressions and 8 formats. `folder` is that of i18n-iso-countries. */
export function generated(folder: string): readonly Generated[] {
  return CHARSETS.flatMap(([charset, language, mark]) => {
    const rows = countries(folder, language).filter(({ name }) => isHeld(name, charset));
    return FORMATS.flatMap((made) =>
      COMPRESSIONS.map(([compression, packed, pack]) => {
        const plain = `countries.${made.suffix}`;
        const bytes = Buffer.concat([Buffer.from(mark), iconv.encode(made.write(rows), charset, { addBOM: false })]);
        const name = compression === 'zip' ? `countries${packed}` : `${plain}${packed}`;
        const file = `generated/${charset}${mark.length > 0 ? '-mark' : ''}/${compression}/${plain}`;
        return {
          name,
          bytes: pack(bytes, plain),
          truth: { ...LABELS, ...made.labels, file, compression, charset, format: made.format },
        };
      }),
    );
  });
}

const LABELS: Truth = {
  file: '', package: 'generated', path: '', compression: '', charset: '', format: '', delimiter: '', quote: '', header: '', skip: '', comment: '', path_of_records: '', columns: [],
}; // prettier-ignore

function countries(folder: string, language: string): readonly Country[] {
  const { countries: names } = JSON.parse(readFileSync(join(folder, 'langs', `${language}.json`), 'utf8')) as {
    readonly countries: Readonly<Record<string, string | readonly string[]>>;
  };
  return Object.entries(names).map(([code, name], index) => ({
    code,
    number: String((index * 37) % 900).padStart(3, '0'),
    name: typeof name === 'string' ? name : name[0]!,
    area: (((index * 7919) % 100_003) / 8 + 10).toFixed(2),
    day: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
  }));
}

function isHeld(text: string, charset: string): boolean {
  return iconv.decode(iconv.encode(text, charset), charset) === text;
}

function quoted(text: string, delimiter: string): string {
  return text.includes(delimiter) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
}
