import { readFileSync } from 'node:fs';
import { optionCases, rangeParserCases } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { parseXlsx, type ParseXlsxOptions } from '../src/index.ts';
import { archive, rows, text, workbook } from './support/workbook-file.ts';

const numbers = Array.from({ length: 300 }, (_, index) => index);
const strings = numbers.map((index) => `<t>word ${(index * 7919) % 1000}</t>`);
const sheet = (count: number): string =>
  rows(
    [text('id'), text('word')],
    ...numbers.slice(0, count).map((index) => [`<v>${index}</v>`, ['t="s"', `<v>${index}</v>`] as const]),
  );
const records = numbers.map((id) => ({ id, word: `word ${(id * 7919) % 1000}` }));

describe('parseXlsx keeps the contract', () => {
  const cases = rangeParserCases({
    create: () => parseXlsx({ readBytes: 1024 }),
    samples: [
      {
        name: 'one row',
        input: workbook({ strings, sheets: [{ rows: sheet(1) }] }),
        outputs: records.slice(0, 1),
        rejections: [],
      },
      {
        name: 'several sheets',
        input: workbook({
          strings,
          sheets: [{ name: 'a', rows: sheet(300) }, { name: 'b' }, { name: 'c', rows: sheet(2) }],
        }),
        outputs: [...records, ...records.slice(0, 2)],
        rejections: [],
        parts: [
          ['a', 0],
          ['b', 300],
          ['c', 300],
        ],
      },
      {
        name: 'stored without compression',
        input: workbook({
          strings,
          sheets: [{ rows: sheet(300) }],
          change: (files) => files.map((file) => ({ ...file, isStored: true })),
        }),
        outputs: records,
      },
      {
        name: 'bad rows',
        input: workbook({
          sheets: [{ rows: rows([text('a')], ['<v>1</v>'], ['<v>x</v>'], [['t="e"', '<v>#N/A</v>']], ['<v>2</v>']) }],
        }),
        outputs: [{ a: 1 }, { a: 2 }],
        rejections: ['XLSX_CELL_INVALID', 'XLSX_CELL_ERROR'],
      },
      { name: 'nothing', input: new Uint8Array(), error: 'XLSX_INVALID' },
      { name: 'something else', input: Buffer.from('{"a":1}\n'.repeat(9)), error: 'XLSX_INVALID' },
      { name: 'another archive', input: archive([{ name: 'a.csv', data: 'a,b\n' }]), error: 'XLSX_UNSUPPORTED' },
    ],
  });
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);

  const options = optionCases({
    make: (given) => parseXlsx(given as ParseXlsxOptions),
    invalid: [
      { sheets: 'Orders' },
      { sheets: [] },
      { sheets: [0] },
      { sheets: [''] },
      { columns: [] },
      { columns: ['a', 'a'] },
      { columns: [''] },
      { skipRows: -1 },
      { duplicateColumns: 'cut' },
      { unnamedColumns: 'fail' },
      { types: { a: 'text' } },
      { types: [] },
      { columns: ['a'], types: { b: 'number' } },
      { numbers: 'decimal' },
      { errorCells: 'skip' },
      { maxRecordChars: 0 },
      { maxSharedStringBytes: 1 },
      { maxDirectoryBytes: 1 },
      { maxOutputBytes: 1 },
      { maxRatio: 0 },
      { ratioFloorBytes: -1 },
      { readBytes: 1 },
    ],
  });
  for (const { name, run } of options) it(name, run);

  it('and its README says so', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain('Conformance: all cases of `rangeParserCases`');
  });
});
