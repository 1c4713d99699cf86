import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { type Finding, inspect } from '../src/index.ts';

const utf8 = (text: string): Uint8Array => Buffer.from(text);
const kinds = ({ columns }: Finding): readonly string[] => columns.map(({ name, type }) => `${name}:${type.value}`);

const PRICES = [
  'sku;amount;day;active;note',
  ...Array.from({ length: 40 }, (_, index) => {
    const day = `${String((index % 28) + 1).padStart(2, '0')}.11.2026`;
    return `${String(index).padStart(4, '0')};${index},${index % 10}5;${day};${index % 2 === 0};Größe ${'ÄÖÜ'[index % 3]}`;
  }),
  '',
].join('\r\n');

describe('a table of text', () => {
  it('has its charset, dialect, header and types found', async () => {
    const finding = await inspect(iconv.encode(PRICES, 'windows-1252'), { name: 'prices.txt' });
    expect(finding.charset?.value).toBe('windows-1252');
    expect(finding.format.value).toBe('csv');
    expect(finding.csv).toMatchObject({
      delimiter: { value: ';' },
      header: { value: true },
      skipLines: { value: 0 },
      lineEnd: '\r\n',
      sepLine: false,
      lenientQuotes: false,
    });
    expect(kinds(finding)).toEqual(['sku:text', 'amount:decimal', 'day:date', 'active:boolean', 'note:text']);
    const [sku, amount, day, , note] = finding.columns;
    expect(sku).toMatchObject({ leadingZeros: true, unique: true });
    expect(amount).toMatchObject({ decimal: ',', nullable: false });
    expect(day!.format?.value).toBe('DD.MM.YYYY');
    expect(note!.values).toEqual(['Größe Ä', 'Größe Ö', 'Größe Ü']);
    expect(finding.keys[0]?.columns).toEqual(['sku']);
    expect(finding.first[1]).toEqual({
      sku: '0001',
      amount: '1,15',
      day: '02.11.2026',
      active: 'false',
      note: 'Größe Ö',
    });
    expect(finding).toMatchObject({ complete: true, recordsSeen: 40, recordsTotal: 40, oddities: [] });
    expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
  });

  it('without a header has numbered columns', async () => {
    const finding = await inspect(utf8('1,x,2.5\n2,y,3.5\n3,z,4\n4,x,1\n'));
    expect(finding.csv?.header.value).toBe(false);
    expect(kinds(finding)).toEqual(['column_1:integer', 'column_2:text', 'column_3:decimal']);
  });

  it.each([
    ['a title', 'Prices of 2026\n\nsku,amount\nA1,3\nB2,4\nC3,5\n', { skipLines: { value: 2 } }],
    ['comments', '# made by hand\n# twice\nsku,amount\nA1,3\nB2,4\nC3,5\n', { comment: { value: '#' } }],
    ['a sep line', 'sep=,\nsku,amount\nA1,3\nB2,4\nC3,5\n', { sepLine: true }],
    [
      'single quotes',
      "sku\tamount\n'A\t1'\t3\n'B\t2'\t4\n'C\t3'\t5\n",
      { quote: { value: "'" }, delimiter: { value: '\t' } },
    ],
  ])('with %s still has its two columns', async (_, text, csv) => {
    const finding = await inspect(utf8(text));
    expect(finding.csv).toMatchObject(csv);
    expect(kinds(finding)).toEqual(['sku:text', 'amount:integer']);
    expect(finding.recordsSeen).toBe(3);
  });

  it('has its oddities listed with their lines', async () => {
    const text = 'id,size,size\n1,"a",b\n1,3"x",a\n2,4\n3,5,b,c\n4,"open\n';
    const { oddities } = await inspect(utf8(text), { name: 'odd.csv' });
    const lines = Object.fromEntries(oddities.map(({ code, lines: at }) => [code, at]));
    expect(lines).toMatchObject({
      'row-short': [4, 6],
      'row-long': [5],
      'quote-unclosed': [6],
      'column-repeated': undefined,
      'quote-inside-field': [3],
    });
  });

  it.each([
    ['NA', '1\nNA\n3\n4\n', { type: { value: 'integer' }, nulls: ['NA'], nullable: true }],
    [
      'thousands',
      '1,234.50\n2,000.00\n17.25\n'.replaceAll(/^(.*)$/gm, (line) => (line === '' ? '' : `"${line}"`)),
      { type: { value: 'decimal' }, thousands: ',' },
    ],
    ['months', 'Jan 1 2026\nFeb 3 2026\nMar 30 2026\n', { type: { value: 'date' }, format: { value: 'MMM D YYYY' } }],
    ['long integers', '12345678901234567890\n2\n3\n', { type: { value: 'integer' }, large: true }],
    ['times', '10:15\n23:59\n00:00\n', { type: { value: 'time' } }],
    [
      'instants',
      '2026-11-01T10:15:00Z\n2026-11-02T10:15:00Z\n',
      { type: { value: 'timestamp' }, format: { value: 'YYYY-MM-DDTHH:mm:ssZ' } },
    ],
    ['days that exist in one order only', '01/02/2026\n13/02/2026\n28/02/2026\n', { format: { value: 'DD/MM/YYYY' } }],
    ['days that do not exist', '2026-02-30\n2026-02-31\n', { type: { value: 'text' } }],
  ])('tells a column of %s', async (_, values, expected) => {
    const { columns } = await inspect(utf8(`value\n${values}`), { name: 'one.csv' });
    expect(columns[0]).toMatchObject({ name: 'value', ...expected });
  });

  it('is unsure of days and months that can change places', async () => {
    const { columns } = await inspect(utf8('day\n01/02/2026\n03/04/2026\n05/06/2026\n'), { name: 'one.csv' });
    expect(columns[0]!.format).toMatchObject({ value: 'MM/DD/YYYY', runnerUp: { value: 'DD/MM/YYYY' } });
    expect(columns[0]!.format!.confidence).toBeLessThan(0.9);
  });
});

describe('other formats', () => {
  const records = Array.from({ length: 30 }, (_, id) => ({
    id,
    name: `n${id % 3}`,
    day: `2026-11-${String((id % 28) + 1).padStart(2, '0')}`,
  }));
  const xml = records.map(({ id, name }) => `<order id="${id}"><name>${name}</name><line/><line/></order>`).join('\n');

  it.each([
    ['ndjson', records.map((record) => JSON.stringify(record)).join('\n'), {}],
    ['json', JSON.stringify(records), { json: { path: { value: '[*]' } } }],
    [
      'json',
      JSON.stringify({ meta: { pages: [1, 2] }, data: { items: records } }, undefined, 2),
      { json: { path: { value: 'data.items[*]' } } },
    ],
    ['json', JSON.stringify({ 'a b': records }), { json: { path: { value: '["a b"][*]' } } }],
    ['json-seq', records.map((record) => `\u001e${JSON.stringify(record)}\n`).join(''), {}],
  ])('%s has its records found', async (format, text, expected) => {
    const finding = await inspect(utf8(text));
    expect(finding).toMatchObject({ format: { value: format }, recordsSeen: 30, ...expected });
    expect(kinds(finding)).toEqual(['id:integer', 'name:text', 'day:date']);
  });

  it('xml has the repeated element, its arrays and the declared encoding', async () => {
    const text = `<?xml version="1.0" encoding="iso-8859-1"?>\n<!-- x --><orders><head/>${xml}<foot>é</foot></orders>`;
    const finding = await inspect(iconv.encode(text, 'iso-8859-1'));
    expect(finding).toMatchObject({
      format: { value: 'xml' },
      charset: { value: 'iso-8859-1' },
      xml: { record: { value: '/orders/order' }, arrays: ['line'], declared: 'iso-8859-1' },
      recordsSeen: 30,
    });
    expect(kinds(finding)).toEqual(['@id:integer', 'name:text', 'line:array']);
  });

  it('fixed width has its columns, also where values have blanks', async () => {
    const text = records
      .map(({ id, day }) => `${String(id).padStart(6)}  ${(id % 4 === 0 ? 'two words' : 'one').padEnd(12)}${day}`)
      .join('\n');
    const finding = await inspect(utf8(text));
    expect(finding.format.value).toBe('fixed-width');
    expect(finding.fixedWidth?.columns.map(({ start }) => start)).toEqual([0, 8, 20]);
    expect(kinds(finding)).toEqual(['column_1:integer', 'column_2:text', 'column_3:date']);
  });

  it('logs are lines', async () => {
    const finding = await inspect(
      utf8(records.map(({ id, day }) => `${day} 10:00:00 INFO worker ${id}: a, b; c`).join('\n')),
    );
    expect(finding).toMatchObject({ format: { value: 'lines' }, recordsSeen: 30 });
  });

  it('html is not taken for XML', async () => {
    expect((await inspect(utf8('<!doctype html><html><body><p>x</p></body></html>'))).format.value).toBe('html');
  });
});

describe('compression', () => {
  it.each([
    ['gzip', gzipSync(PRICES), 'prices.csv.gz'],
    ['gzip', gzipSync(PRICES), 'prices'],
    ['zstd', zstdCompressSync(PRICES), 'prices.csv.zst'],
    ['brotli', brotliCompressSync(PRICES), 'prices.csv.br'],
    ['brotli', brotliCompressSync(PRICES), 'prices'],
    ['gzip gzip', gzipSync(gzipSync(PRICES)), 'prices.csv.gz'],
  ])('%s is undone and reported', async (compression, bytes, name) => {
    const finding = await inspect(bytes, { name });
    expect(finding).toMatchObject({ compression: { value: compression }, format: { value: 'csv' }, recordsSeen: 40 });
  });

  it('a file that is cut short keeps what came out of it, and says so', async () => {
    const bytes = gzipSync(PRICES.repeat(20), { level: 1 });
    const finding = await inspect(bytes.subarray(0, bytes.length - 10), { name: 'prices.csv.gz' });
    expect(finding.oddities[0]?.code).toBe('COMPRESSION_TRUNCATED');
    expect(finding).toMatchObject({ complete: false, format: { value: 'csv' } });
  });

  it('a name that says gzip of plain text is an oddity', async () => {
    const finding = await inspect(utf8(PRICES), { name: 'prices.csv.gz' });
    expect(finding).toMatchObject({ compression: { value: 'none' }, oddities: [{ code: 'name-contradicts' }] });
  });
});
