import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import {
  chaosCases,
  parserCases,
  type ConformanceCase,
  eachCases,
  optionCases,
  sinkCases,
  type SinkCasesOptions,
  sourceCases,
  type SourceSupports,
  supportsLine,
} from '@millrace/testkit';
import { keepPrefix, type Pair, parseLogfmt, parsePairs, sqliteSink } from '../src/index.ts';
import { startServer } from './server.ts';

function all(name: string, cases: readonly ConformanceCase[]): void {
  void describe(name, () => {
    for (const { clause, name: what, run } of cases) void it(`${clause} ${what}`, run);
  });
}

const sourceSupports: SourceSupports = { pinned: true, listing: false, breaks: true, holds: true };
all('httpSource', sourceCases({ supports: sourceSupports, create: startServer }));

all(
  'parsePairs',
  parserCases({
    create: parsePairs,
    samples: [
      { name: 'empty', input: '', outputs: [] },
      {
        name: 'usual',
        input: 'a=1\nb=x=y',
        outputs: [
          { key: 'a', value: '1' },
          { key: 'b', value: 'x=y' },
        ],
      },
      { name: 'bad', input: 'a\nb=1\n', outputs: [{ key: 'b', value: '1' }], rejections: ['PAIR_INVALID'] },
    ],
    endless: [{ name: 'a line', chunk: 'x'.repeat(65_536) }],
  }),
);
all('parsePairs', optionCases({ make: parsePairs, invalid: [{ maxLineChars: 0 }] }));

all(
  'parseLogfmt',
  parserCases({
    create: () => parseLogfmt({ required: 'level', maxRecordChars: 60 }),
    samples: [
      { name: 'empty', input: '', outputs: [] },
      {
        name: 'usual',
        input: 'level=info msg="it \\"works\\""\r\n\nlevel=warn n=\n',
        outputs: [
          { level: 'info', msg: 'it "works"' },
          { level: 'warn', n: '' },
        ],
      },
      {
        name: 'bad',
        input: `level\nmsg=a\nlevel=${'x'.repeat(99)}\nlevel=info`,
        outputs: [{ level: 'info' }],
        rejections: ['LOGFMT_INVALID', 'LOGFMT_KEY_MISSING', 'RECORD_TOO_LONG'],
      },
    ],
    endless: [{ name: 'a line', chunk: 'x'.repeat(65_536) }],
  }),
);
all('parseLogfmt', optionCases({ make: parseLogfmt, invalid: [{ maxRecordChars: 0 }, { required: 1 }] }));

all(
  'keepPrefix',
  eachCases<Pair, Pair>({
    create: () => keepPrefix({ prefix: 'app.' }),
    samples: [
      { name: 'kept', input: { key: 'app.name', value: 'a' }, outputs: [{ key: 'name', value: 'a' }] },
      { name: 'dropped', input: { key: 'os.name', value: 'a' }, outputs: [] },
      { name: 'empty', input: { key: 'app.', value: 'a' }, error: 'PAIR_KEY_EMPTY' },
    ],
  }),
);

const sink: SinkCasesOptions<string> = {
  supports: { refusals: false, groups: false, mixedItems: false, shared: true, outages: false },
  record: (text) => text,
  create: () => {
    const directory = mkdtempSync(join(tmpdir(), 'sqlite-sink-'));
    const path = join(directory, 'records.db');
    return {
      sink: sqliteSink({ path }),
      another: () => sqliteSink({ path }),
      stored: async () => {
        const database = new DatabaseSync(path);
        database.exec('CREATE TABLE IF NOT EXISTS records (item, ordinal, branch, record)');
        const rows = database.prepare('SELECT record FROM records').all();
        database.close();
        return rows.map(({ record }) => JSON.parse(record as string) as string);
      },
      close: () => rmSync(directory, { recursive: true }),
    };
  },
};
all('sqliteSink', [...sinkCases(sink), ...chaosCases(sink)]);
all(
  'sqliteSink',
  optionCases({ make: (own) => sqliteSink(own as { path: string }), valid: { path: 'a' }, invalid: [{ path: 1 }] }),
);

void it('the README says what is supported', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const line of [supportsLine('httpSource', sourceSupports), supportsLine('sqliteSink', sink.supports)]) {
    if (!readme.includes(line)) throw new Error(`README.md must have the line: ${line}`);
  }
});
