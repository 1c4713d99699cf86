import type { Parser } from '@millrace/core';
import { parserCases } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { parseCsv, parseFixedWidth, parseJsonSeq, parseLines, parseNdjson, parseRegex } from '../src/index.ts';

describe('the contract of codecs', () => {
  const ndjson = parserCases({
    create: () => parseNdjson({ maxRecordChars: 20 }),
    samples: [
      { name: 'empty', input: '', outputs: [] },
      { name: 'one character', input: '1', outputs: [1] },
      { name: 'usual', input: '{"a":1}\r\n\n{"a":"😀"}\n', outputs: [{ a: 1 }, { a: '😀' }] },
      { name: 'bad lines', input: '{"a"\n1\n}\n2', outputs: [1, 2], rejections: ['NDJSON_INVALID', 'NDJSON_INVALID'] },
      { name: 'a long line', input: `1\n"${'x'.repeat(99)}"\n2\n`, outputs: [1, 2], rejections: ['RECORD_TOO_LONG'] },
      { name: 'cut short', input: '1\n{"a":', outputs: [1], rejections: ['NDJSON_INVALID'] },
    ],
  });
  for (const { name, run } of ndjson) it(`parseNdjson: ${name}`, run);

  const sequence = parserCases({
    create: () => parseJsonSeq({ maxRecordChars: 20 }),
    samples: [
      { name: 'empty', input: '', outputs: [] },
      { name: 'usual', input: '\u001E{"a":1}\n\u001E\u001E{"a":\n"😀"}\n', outputs: [{ a: 1 }, { a: '😀' }] },
      {
        name: 'bad records',
        input: '\u001E{"a"\u001E1\u001E2\n',
        outputs: [2],
        rejections: ['JSON_INVALID', 'JSON_TRUNCATED'],
      },
      {
        name: 'a long record',
        input: `\u001E"${'x'.repeat(99)}"\n\u001E2\n`,
        outputs: [2],
        rejections: ['RECORD_TOO_LONG'],
      },
      { name: 'no sequence', input: '{"a":1}\n', error: 'JSON_SEQUENCE_INVALID' },
    ],
  });
  for (const { name, run } of sequence) it(`parseJsonSeq: ${name}`, run);

  const csv = parserCases<string, unknown>({
    create: () => parseCsv({ maxRecordChars: 20 }),
    samples: [
      { name: 'empty', input: '', outputs: [] },
      { name: 'a header alone', input: 'a,b\r\n', outputs: [], columns: ['a', 'b'] },
      {
        name: 'usual',
        columns: ['a', 'b'],
        input: 'a,b\n1,"x, ""y""\r\nz"\r\n\n2,😀',
        outputs: [
          { a: '1', b: 'x, "y"\r\nz' },
          { a: '2', b: '😀' },
        ],
      },
      {
        name: 'bad rows',
        input: 'a,b\n1\n2,"x"y\n3,4\n5,6,7\n',
        outputs: [{ a: '3', b: '4' }],
        rejections: ['CSV_FIELD_COUNT', 'CSV_QUOTE_INVALID', 'CSV_FIELD_COUNT'],
      },
      {
        name: 'a long row',
        input: `a\n${'x'.repeat(99)}\n1\n`,
        outputs: [{ a: '1' }],
        rejections: ['RECORD_TOO_LONG'],
      },
      { name: 'cut short', input: 'a\n1\n"2\n', outputs: [{ a: '1' }], rejections: ['CSV_QUOTE_UNCLOSED'] },
      { name: 'an endless quote', input: `a\n1\n"${'x\n'.repeat(99)}`, error: 'CSV_QUOTE_UNCLOSED' },
      { name: 'a bad header', input: 'a,a\n1,2\n', error: 'CSV_HEADER_INVALID' },
    ],
  });
  for (const { name, run } of csv) it(`parseCsv: ${name}`, run);

  const lines = parserCases({
    create: () => parseLines({ maxRecordChars: 20, multiline: { start: /^\S/ } }),
    samples: [
      { name: 'empty', input: '', outputs: [] },
      { name: 'usual', input: 'a\r\n b\n\nc😀', outputs: ['a\n b\n', 'c😀'] },
      { name: 'too long', input: `a\n ${'x'.repeat(99)}\nb\n`, outputs: ['b'], rejections: ['RECORD_TOO_LONG'] },
    ],
  });
  for (const { name, run } of lines) it(`parseLines: ${name}`, run);

  const regex = parserCases<string, unknown>({
    create: () => parseRegex(/^(?<a>\d+),(?<b>.*)$/, { types: { a: 'integer' }, maxRecordChars: 20 }),
    samples: [
      { name: 'empty', input: '', outputs: [] },
      {
        name: 'usual',
        input: '1,x\r\n\n2,😀',
        outputs: [
          { a: 1, b: 'x' },
          { a: 2, b: '😀' },
        ],
      },
      {
        name: 'bad lines',
        input: `x\n1,\n99999999999999999,\n1,${'x'.repeat(99)}\n`,
        outputs: [{ a: 1, b: '' }],
        rejections: ['REGEX_NO_MATCH', 'FIELD_INVALID', 'RECORD_TOO_LONG'],
      },
    ],
  });
  for (const { name, run } of regex) it(`parseRegex: ${name}`, run);

  const fixed = parserCases<string, unknown>({
    create: () =>
      parseFixedWidth({
        columns: [
          { name: 'a', width: 2 },
          { name: 'b', width: 1 },
        ],
        maxRecordChars: 9,
      }),
    samples: [
      {
        name: 'usual',
        input: '1 x\r\n\n é2',
        outputs: [
          { a: '1', b: 'x' },
          { a: 'é', b: '2' },
        ],
      },
      {
        name: 'bad lines',
        input: '1\n1234\n1234567890\n',
        outputs: [],
        rejections: ['FIXED_WIDTH_LENGTH', 'FIXED_WIDTH_LENGTH', 'RECORD_TOO_LONG'],
      },
    ],
  });
  for (const { name, run } of fixed) it(`parseFixedWidth: ${name}`, run);

  const first = [{ name: 'a record', input: 'a\n1\n' }];
  const endless = (codec: string, create: () => Parser<string, unknown>, start: string): void => {
    const cases = parserCases({
      create,
      samples: first,
      endless: [{ name: codec, first: start, chunk: 'x'.repeat(65_536) }],
    });
    for (const { clause, name, run } of cases) if (clause === '3.8') it(name, run);
  };
  endless('parseNdjson, a line without an end', () => parseNdjson(), '"');
  endless('parseCsv, a row without an end', () => parseCsv(), 'a,b\n');
  endless('parseCsv, a quote without an end', () => parseCsv(), 'a,b\n"');
  endless('parseCsv, a header without an end', () => parseCsv(), '');
});
