import iconv from 'iconv-lite';
import type { Customer } from './customer.ts';

/** The customers that all four suppliers know. */
export const CUSTOMERS: readonly Customer[] = [
  { customer: 'C-1001', name: 'Jürgen Groß', city: 'Köln', country: 'DE', since: '2019-03-17', balance: 123_450 },
  { customer: 'C-1002', name: 'Hélène Lefèvre', city: 'Besançon', country: 'FR', since: '2020-11-02', balance: -995 },
  { customer: 'C-1003', name: 'José Muñoz', city: 'Málaga', country: 'ES', since: '2021-01-31', balance: 0 },
  { customer: 'C-1004', name: 'Åsa Sjöberg', city: 'Västerås', country: 'SE', since: '2016-07-08', balance: 50 },
  { customer: 'C-1005', name: 'Zoë Brontë', city: 'Ghent', country: 'BE', since: '2024-02-29', balance: 9_999_999 },
  { customer: 'C-1006', name: 'Niccolò Forlì', city: 'Cantù', country: 'IT', since: '2012-12-12', balance: 70_001 },
];

/** A file as a supplier sends it. */
export interface SupplierFile {
  readonly key: string;
  readonly body: Uint8Array;
  /** What it is, for people. */
  readonly format: string;
}

/** The customers as each supplier writes them down, in its own shape and encoding. */
export function supplierFiles(): Readonly<Record<'atlas' | 'breeze' | 'cobol' | 'delta', SupplierFile>> {
  return {
    atlas: {
      key: 'atlas/kunden.csv',
      body: iconv.encode(csv(), 'windows-1252'),
      format: 'CSV, windows-1252',
    },
    breeze: {
      key: 'breeze/customers.ndjson',
      body: iconv.encode(ndjson(), 'utf-8'),
      format: 'NDJSON, UTF-8',
    },
    cobol: {
      key: 'cobol/CUSTOMER.DAT',
      body: iconv.encode(fixedWidth(), 'cp437'),
      format: 'fixed width, CP437',
    },
    delta: {
      key: 'delta/export.json',
      body: iconv.encode(json(), 'utf-16le', { addBOM: true }),
      format: 'JSON under a path, UTF-16',
    },
  };
}

const euros = new Intl.NumberFormat('de-DE', { minimumFractionDigits: 2 });

function csv(): string {
  const rows = CUSTOMERS.map(({ customer, name, city, country, since, balance }) => {
    const date = since.split('-').toReversed().join('.');
    return [customer.slice(2), `"${name}"`, city, country, date, euros.format(balance / 100)].join(';');
  });
  return ['Nummer;Name;Ort;Land;Kunde seit;Saldo', ...rows, ''].join('\r\n');
}

function ndjson(): string {
  return CUSTOMERS.map(({ customer, name, city, country, since, balance }) => {
    const id = Number(customer.slice(2));
    const address = { town: city, countryCode: country.toLowerCase() };
    return `${JSON.stringify({ id, fullName: name, address, createdAt: `${since}T09:30:00Z`, balance: balance / 100 })}\n`;
  }).join('');
}

function fixedWidth(): string {
  return CUSTOMERS.map(({ customer, name, city, country, since, balance }) => {
    const date = since.replaceAll('-', '');
    return `${customer.slice(2)}${name.padEnd(24)}${city.padEnd(16)}${country}${date}${String(balance).padStart(10)}\r\n`;
  }).join('');
}

function json(): string {
  const customers = CUSTOMERS.map(({ customer, name, city, country, since, balance }) => {
    const [given, family] = name.split(' ');
    const [y, m, d] = since.split('-').map(Number);
    return { key: customer, who: { given, family }, where: [city, country], since: { y, m, d }, cents: balance };
  });
  return JSON.stringify({ export: { made: '2026-11-22', customers } }, undefined, 2);
}
