import { readFileSync } from 'node:fs';
import { optionCases, rangeParserCases } from '@millrace/testkit';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { parseParquet } from '../src/index.ts';
import { handMade, texts, TYPE } from './hand-made.ts';

const numbers = Array.from({ length: 230 }, (_, index) => index);
const file = (count: number, rowGroupSize = 50): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      rowGroupSize,
      pageSize: 100,
      columnData: [
        { name: 'id', data: numbers.slice(0, count), type: 'INT32' },
        { name: 'word', data: numbers.slice(0, count).map((one) => `w${one % 7}`), type: 'STRING' },
      ],
    }),
  );
const records = numbers.map((id) => ({ id, word: `w${id % 7}` }));
const bad = handMade(
  [
    {
      name: 'c',
      type: TYPE.BYTE_ARRAY,
      schema: { 6: 0 },
      pages: [{ values: 3, body: texts('a', Buffer.of(255), 'c') }],
    },
  ],
  3,
);

describe('parseParquet keeps the contract', () => {
  const cases = rangeParserCases({
    create: () => parseParquet({ readBytes: 1024 }),
    samples: [
      { name: 'one row', input: file(1), outputs: records.slice(0, 1), rejections: [], columns: ['id', 'word'] },
      { name: 'row groups', input: file(230), outputs: records, rejections: [] },
      { name: 'one row group', input: file(230, 1000), outputs: records, rejections: [] },
      { name: 'bad rows', input: bad, outputs: [{ c: 'a' }, { c: 'c' }], rejections: ['PARQUET_TEXT_INVALID'] },
      { name: 'nothing', input: new Uint8Array(), error: 'PARQUET_INVALID' },
      { name: 'something else', input: Buffer.from('{"a":1}\n'.repeat(9)), error: 'PARQUET_INVALID' },
    ],
  });
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);

  const options = optionCases({
    make: (given) => parseParquet(given),
    invalid: [
      { columns: [] },
      { columns: 'id' },
      { bigints: [1] },
      { binaryAsText: 1 },
      { maxFooterBytes: 0 },
      { maxBufferBytes: -1 },
      { readBytes: 1.5 },
    ],
  });
  for (const { name, run } of options) it(name, run);

  it('and its README says so', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain('Conformance: all cases of `rangeParserCases`');
  });
});
