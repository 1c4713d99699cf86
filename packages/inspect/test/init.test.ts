import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { initProject, inspect } from '../src/index.ts';
import { numberUnless } from '../src/init/number-unless.ts';

const PRICES = `sku;amount;day;count;title\n${Array.from({ length: 12 }, (_, index) => `00${index + 10};${index},5;${index + 10}.11.2026;${index === 3 ? 'NA' : index};Größe\n`).join('')}`;
const bytes = gzipSync(iconv.encode(PRICES, 'windows-1252'));

async function project(sample: Uint8Array, name: string, answers: object = {}): Promise<ReadonlyMap<string, string>> {
  const { files } = await initProject(await inspect(sample, { name }), { sample, ...answers });
  return new Map([...files].map(([path, content]) => [path, typeof content === 'string' ? content : '']));
}

describe('a project from a sample', () => {
  it('has the stages and options that were found', async () => {
    const files = await project(bytes, '2026-11-28-price-list.csv.gz');
    const feed = files.get('src/feed.ts')!;
    expect(feed).toContain("feed('price-list')");
    expect(feed).toContain(".through(decompress({ expect: 'gzip' }))");
    expect(feed).toContain(".through(decodeText('windows-1252'))");
    expect(feed).toContain("delimiter: ';'");
    expect(feed).toContain("amount: { type: 'number', decimal: ',' }");
    expect(feed).toContain("day: { type: 'date', format: 'DD.MM.YYYY' }");
    expect(feed).toContain("count: numberUnless('NA')");
    expect(feed).not.toContain('sku:');
    expect(feed).toContain('export const priceList = readPriceListRecords(source)');
    expect([...files.keys()].toSorted()).toEqual([
      '.gitignore',
      'README.md',
      'golden/2026-11-28-price-list.csv.gz.json',
      'millrace.config.ts',
      'package.json',
      'samples/2026-11-28-price-list.csv.gz',
      'src/feed.ts',
      'src/number-unless.ts',
      'src/schema.ts',
      'test/feed.test.ts',
      'tsconfig.json',
    ]);
  });

  it('has a golden file with what the feed reads', async () => {
    const files = await project(bytes, 'prices.csv.gz');
    const golden = JSON.parse(files.get('golden/prices.csv.gz.json')!) as { readonly records: readonly object[] };
    expect(golden).toMatchObject({ outcome: 'complete', read: 12, rejections: {} });
    expect(golden.records[3]).toEqual({ sku: '0013', amount: 3.5, day: '2026-11-13', count: null, title: 'Größe' });
  });

  it('has a schema of the types that the parser makes', async () => {
    const schema = (await project(bytes, 'prices.csv.gz')).get('src/schema.ts')!;
    expect(schema).toContain('sku: z.string(),');
    expect(schema).toContain('amount: z.number().nullable(),');
    expect(schema).toContain('day: z.string().nullable(), // date, DD.MM.YYYY');
  });

  it('depends on what its feed imports, and on nothing else of Millrace', async () => {
    const files = await project(Buffer.from('{"a":1}\n{"a":2}\n'), 'events.ndjson', { version: '^1.2.3' });
    const { dependencies } = JSON.parse(files.get('package.json')!) as { dependencies: Record<string, string> };
    expect(Object.keys(dependencies).filter((name) => name.startsWith('@millrace/'))).toEqual(
      ['core', 'dynamodb', 'encoding', 'formats', 's3'].map((name) => `@millrace/${name}`),
    );
    expect(new Set(Object.values(dependencies).filter((range) => range === '^1.2.3')).size).toBe(1);
  });

  it('for SAM has a handler and a template with its name', async () => {
    const files = await project(bytes, 'prices.csv.gz', { deploy: 'sam', feed: 'Daily Prices' });
    expect(files.get('src/handler.ts')).toContain('toSqsHandler(dailyPrices');
    expect(files.get('template.yaml')).toContain('Value: daily-prices/');
    expect(files.get('template.yaml')).not.toContain('FEED');
  });

  it.each([
    [
      'names that are not identifiers',
      'a b,class,"it\'s",__proto__,a b\n1,2,3,4,5\n6,7,8,9,10\n11,12,13,14,15\n',
      'odd names.csv',
    ],
    ['no header', '1,x\n2,y\n3,z\n', 'class.csv'],
    ['a title', 'Title\n\nid,name\n1,x\n2,y\n', '2026.csv'],
    ['quotes inside', 'id,size,name\n1,3"x,"a"\n2,4"y,"b"\n', 'x.csv'],
    ['carriage returns', 'id,name\r1,x\r2,y\r3,z\r', 'mac.csv'],
    ['lines', '2026-11-01 10:00 INFO a\n2026-11-01 10:01 INFO b\n', 'app.log'],
    ['JSON of numbers', '[1,2,3]', 'n.json'],
    ['a document', '{"a b":{"c":1}}', 'd.json'],
    ['XML', '<a><b x="1"><c/></b><b x="2"><c/><c/></b></a>', 'f.xml'],
    [
      'fixed width',
      'id    name   on\n   1  one    2026-01-01\n  22  two    2026-01-02\n 333  three  2026-01-03\n',
      'w.dat',
    ],
  ])('is TypeScript that parses, from a sample with %s', async (_, text, name) => {
    const files = await project(Buffer.from(text), name, { deploy: 'sam' });
    for (const [path, content] of files) {
      if (!path.endsWith('.ts')) continue;
      const { diagnostics = [] } = ts.transpileModule(content, { reportDiagnostics: true, fileName: path });
      expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
    }
    const golden = JSON.parse(files.get(`golden/${name}.json`)!) as {
      outcome: string;
      read: number;
      rejections: object;
    };
    expect(golden).toMatchObject({ outcome: 'complete', rejections: {} });
    expect(golden.read).toBeGreaterThan(0);
  });

  it('is refused for what Millrace does not read', async () => {
    const sample = Buffer.from('<!doctype html><html><body>x</body></html>');
    await expect(project(sample, 'a.html')).rejects.toMatchObject({
      code: 'INIT_UNSUPPORTED',
      details: { format: 'html' },
    });
    await expect(project(Buffer.alloc(0), 'a.csv')).rejects.toMatchObject({ code: 'INIT_UNSUPPORTED' });
  });

  it('refuses answers that do not exist', async () => {
    const finding = await inspect(bytes);
    await expect(initProject(finding, { sample: bytes, tables: 1 } as never)).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
    await expect(initProject(finding, {} as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

it('numberUnless takes numbers and what means none, and throws for other texts', () => {
  const type = numberUnless('NA', '-');
  expect([' 12.5', 'NA', '-', '', '-3'].map(type)).toEqual([12.5, null, null, null, -3]);
  expect(() => type('x')).toThrow(TypeError);
});
