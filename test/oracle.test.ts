import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { decimal } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonical, loosened } from '../tools/oracle/canonical.ts';
import { explained } from '../tools/oracle/explained.ts';
import type { Explanation } from '../tools/oracle/explanation.ts';
import { filesIn } from '../tools/oracle/files-in.ts';
import { judgeFile } from '../tools/oracle/judge-file.ts';
import { kindsOf } from '../tools/oracle/kinds.ts';
import { lineDigest } from '../tools/oracle/line-digest.ts';
import type { PythonSession } from '../tools/oracle/python-session.ts';
import type { Reading } from '../tools/oracle/reading.ts';
import { describeVerdict, summarize } from '../tools/oracle/report.ts';
import type { Verdict } from '../tools/oracle/verdict.ts';
import { xmlHead } from '../tools/oracle/xml-head.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-oracle-test-'));
const scratch = mkdtempSync(join(tmpdir(), 'millrace-oracle-test-'));
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'csv/comma.csv': 'a,b\n1,"x, y"\n',
  'csv/tabs.tsv': 'a\tb\n1\t2\n',
  'csv/quote.csv': 'a;b\n"x"y;2\n',
  'csv/given.csv': "a|'b|c'\n",
  'csv/given.csv.dialect.json': '{ "charset": "utf-8", "python": "utf-8", "delimiter": "|", "quote": "\'" }',
  'text/latin.txt': Uint8Array.of(0xe4, 0x0a),
  'text/plain.txt': 'one\ntwo',
  'json/numbers.ndjson': '{"n":9007199254740993,"d":0.1}\n',
  'xml/order.xml': '<?xml version="1.0"?><!-- <no> --><order id="7"><sku>A</sku></order>',
  'xml/open.xml': '<order>',
  'packed/a.gz': gzipSync('abc'),
  'packed/b.zlib': deflateSync('abc'),
  'other/readme.md': '# nothing that an oracle knows',
};

beforeAll(() => {
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
});
afterAll(() => {
  for (const made of [folder, scratch]) rmSync(made, { recursive: true, force: true });
});

/** Python, as far as a test says what it returns. */
function sessionOf(readings: Readonly<Record<string, Reading | readonly string[]>>): PythonSession {
  return {
    read: async ({ oracle, path, dump }) => {
      const given = readings[`${oracle} ${path.slice(folder.length + 1)}`] ?? [];
      if ('kind' in given) return given;
      const digest = lineDigest(dump);
      for (const line of given) digest.add(line);
      return { ...digest.end(), facts: { fields: 2 } };
    },
    close: () => {},
  };
}

const refused: Reading = { kind: 'refused', code: 'ValueError', message: 'it is not so' };

async function verdictsOf(file: string, readings: Parameters<typeof sessionOf>[0]): Promise<readonly Verdict[]> {
  return judgeFile(file, { folder, session: sessionOf(readings), scratch });
}

describe('a file is sorted by what both made of it', () => {
  it.each([
    ['csv/comma.csv', 'csv', ['["s:a","s:b"]', '["s:1","s:x, y"]'], 'equal'],
    ['csv/tabs.tsv', 'csv', ['["s:a","s:b"]', '["s:1","s:2"]'], 'equal'],
    ['csv/given.csv', 'csv', ['["s:a","s:b|c"]'], 'equal'],
    ['csv/quote.csv', 'csv', ['["s:a","s:b"]', '["s:xy","s:2"]'], 'equal'],
    ['csv/quote.csv', 'duckdb-csv', ['["s:a","s:b"]', '["s:xy","s:2"]'], 'only-we-refuse'],
    ['text/plain.txt', 'codecs', ['"s:one"', '"s:two"'], 'equal'],
    ['text/latin.txt', 'codecs', refused, 'both-refuse'],
    ['json/numbers.ndjson', 'json', ['{"d":"n:1e-1","n":"n:9007199254740993"}'], 'equal'],
    ['json/numbers.ndjson', 'json', ['{"d":"n:1e-1","n":"n:9007199254740992"}'], 'different'],
    ['xml/order.xml', 'expat', ['{"root":"s:order","value":{"@id":"s:7","sku":["s:A"]}}'], 'equal'],
    ['xml/open.xml', 'expat', refused, 'both-refuse'],
    ['packed/a.gz', 'gzip', refused, 'only-they-refuse'],
    ['packed/b.zlib', 'zlib', ['{"length":"n:3","sha256":"s:0"}'], 'different'],
  ] as const)('%s by %s', async (file, oracle, reading, category) => {
    const verdicts = await verdictsOf(file, { [`${oracle} ${file}`]: reading });
    expect(verdicts.find((verdict) => verdict.oracle === oracle)).toMatchObject({ file, category });
  });

  it('and a difference names the first line that differs', async () => {
    const [verdict] = await verdictsOf('text/plain.txt', { 'codecs text/plain.txt': ['"s:one"', '"s:2"', '"s:3"'] });
    expect(verdict).toMatchObject({ category: 'different', difference: { line: 2, ours: '"s:two"', theirs: '"s:2"' } });
    expect(describeVerdict(verdict!)).toContain('line 2');
  });

  it('or not judged at all', async () => {
    expect(await verdictsOf('other/readme.md', {})).toEqual([]);
    expect(filesIn(folder).files).not.toContain('csv/given.csv.dialect.json');
    expect(filesIn(folder)).toMatchObject({ tooLarge: [] });
    expect(filesIn(folder).files).toHaveLength(Object.keys(FILES).length - 1);
  });
});

describe('a difference', () => {
  const verdict = (category: Verdict['category'], code: string): Verdict => ({
    file: 'corpus/a.zip',
    oracle: 'zipfile',
    category,
    ours: { kind: 'refused', code, message: 'so' },
    theirs: { kind: 'read', lines: 1, sha256: '', facts: {} },
  });
  const known: readonly Explanation[] = [
    { oracles: ['zipfile'], category: 'only-we-refuse', ours: /^ZIP_METHOD/, reason: 'a policy', source: 'a page' },
  ];

  it('is explained by an entry of which everything matches, and by no other', () => {
    const verdicts = [verdict('only-we-refuse', 'ZIP_METHOD_UNSUPPORTED'), verdict('only-we-refuse', 'ZIP_ENCRYPTED')];
    const summary = summarize([...verdicts, verdict('both-refuse', 'ZIP_ENCRYPTED')], known);
    expect(summary.totals).toMatchObject({ 'only-we-refuse': 2, 'both-refuse': 1, explained: 1, unexplained: 1 });
    expect(summary.unexplained).toEqual([verdicts[1]]);
    expect(summary.byCorpus['corpus']).toEqual(summary.totals);
    expect(summary.files).toBe(1);
    const other = { ...verdicts[0]!, oracle: 'tarfile' };
    expect(summarize([other], known).unexplained).toEqual([other]);
  });

  it('is only explained with a reason and a source', () => {
    expect(explained.length).toBeGreaterThan(10);
    for (const { reason, source, oracles, ours, theirs, lines } of explained) {
      expect([reason.length > 20, source.length > 10, oracles.length > 0]).toEqual([true, true, true]);
      expect(ours ?? theirs ?? lines, reason).toBeDefined();
    }
  });
});

it.each([
  [0, '"n:0"'],
  [-0, '"n:-0"'],
  [100, '"n:100"'],
  [1.5, '"n:15e-1"'],
  [-1e-7, '"n:-1e-7"'],
  [1e21, '"n:1000000000000000000000"'],
  [NaN, '"n:NaN"'],
  [-(2n ** 70n), '"n:-1180591620717411303424"'],
  [decimal('-12.50'), '"d:-125e-1"'],
  [decimal('1e3'), '"d:1000"'],
  [decimal('0.00'), '"d:0"'],
  ['a"\u0001', '"s:a\\"\\u0001"'],
  [Uint8Array.of(255), '"b:/w=="'],
  [undefined, 'null'],
  [{ b: [true, null], a: {} }, '{"a":{},"b":[true,null]}'],
])('the canonical form of %s', (value, text) => {
  expect(canonical(value)).toBe(text);
});

it('moments are compared with DuckDB as far as it keeps them', () => {
  expect(loosened('{"t":"s:2026-11-29T01:02:03.100000Z","c":"s:01:02:03.000"}')).toBe(
    '{"t":"s:2026-11-29T01:02:03.1","c":"s:01:02:03."}',
  );
  expect(loosened('["s:at 01:02:03.100"]')).toBe('["s:at 01:02:03.100"]');
});

it('files are known by their names, or by their first bytes', () => {
  expect(kindsOf('a/b.TAR.GZ', Buffer.alloc(0))).toEqual(['tar', 'gzip']);
  expect(kindsOf('book.xlsx', Buffer.alloc(0))).toEqual(['xlsx', 'zip']);
  expect(kindsOf('no-name', Buffer.from('PAR1'))).toEqual(['parquet']);
  expect(kindsOf('no-name', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar')]))).toEqual(['tar']);
  expect(kindsOf('no-name', Buffer.from('text'))).toEqual([]);
});

it.each([
  ['<?xml version="1.0" encoding="ISO-8859-1"?>\n<r\u00e4/>', 'latin1', { charset: 'ISO-8859-1', root: 'r\u00e4' }],
  ['\ufeff<r\u00e4>', 'utf16le', { charset: 'utf-16le', root: 'r\u00e4' }],
  ['<!DOCTYPE x [ <!ENTITY a "<b>"> ]><x:y/>', 'utf8', { charset: 'utf-8', root: 'x:y' }],
  ['no markup', 'utf8', { charset: 'utf-8', root: 'missing' }],
] as const)('the head of %j', (text, encoding, head) => {
  expect(xmlHead(Buffer.from(text, encoding))).toEqual(head);
});
