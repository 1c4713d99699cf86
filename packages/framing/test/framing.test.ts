import { MillraceError } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { parserCases, runDecoder, runParser } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { ByteLines, jsonLine, jsonValueParser, lineBatchParser, lineParser, RecordProblem } from '../src/index.ts';

const notANumber = new RecordProblem({ code: 'NUMBER_INVALID', what: 'is not a number.' });
const toNumber = (line: string): number | RecordProblem => (Number.isNaN(Number(line)) ? notANumber : Number(line));

const numbers = () => lineParser({ name: 'numbers', signature: '', maxRecordChars: 9, begin: () => toNumber });
const blocks = () =>
  lineBatchParser<string>({
    name: 'blocks',
    signature: '',
    join: { maxLines: 3, begins: (lines) => lines.map((line) => !line.startsWith(' ')) },
    parseAll: (texts) => texts,
  });
const values = () =>
  jsonValueParser<number>({
    name: 'values',
    signature: '',
    path: 'a[*]',
    refine: (value) => (typeof value === 'number' ? value : notANumber),
  });

describe('parsers that the kit makes keep the contract', () => {
  const cases = [
    ...parserCases({
      create: numbers,
      samples: [
        { name: 'lines', input: '1\nx\n2', outputs: [1, 2], rejections: ['NUMBER_INVALID'] },
        { name: 'a long line', input: '1234567890\n1\n', outputs: [1], rejections: ['RECORD_TOO_LONG'] },
      ],
    }),
    ...parserCases({
      create: blocks,
      samples: [
        { name: 'joined', input: 'a\n b\nc\n', outputs: ['a\n b', 'c'] },
        { name: 'too many', input: 'a\n b\n b\n b\nc\n', outputs: ['c'], rejections: ['RECORD_TOO_LONG'] },
      ],
    }),
    ...parserCases({
      create: values,
      samples: [
        { name: 'values', input: '{"a":[1,"x",2]}', outputs: [1, 2], rejections: ['NUMBER_INVALID'] },
        { name: 'cut short', input: '{"a":[1', error: 'JSON_TRUNCATED' },
        { name: 'elsewhere', input: '{"b":1}', error: 'JSON_PATH_MISSING' },
      ],
    }),
  ];
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);
});

it('a parser may remember what earlier lines of its object said', async () => {
  const counting = lineParser({
    name: 'counting',
    signature: '',
    begin: () => {
      let count = 0;
      return () => (count += 1);
    },
  });
  expect((await runParser(counting, ['a\nb\n'])).values).toEqual([1, 2]);
  expect((await runParser(counting, ['a\n'])).values).toEqual([1]);
});

it('jsonLine passes over blank lines, or rejects them', async () => {
  const parser = (blank: 'skip' | 'reject') =>
    lineParser({ name: 'events', signature: '', begin: () => jsonLine(JSON.parse, blank) });
  expect((await runParser(parser('skip'), ['1\n \n\r\n2'])).values).toEqual([1, 2]);
  const { rejections } = await runParser(parser('reject'), ['1\n \n{']);
  expect(rejections.map(({ code }) => code)).toEqual(['NDJSON_BLANK_LINE', 'NDJSON_INVALID']);
});

describe('ByteLines', () => {
  const tooLong = (line: number): MillraceError => new MillraceError('LINE_LONG', `Line ${line} is too long.`);
  const linesOf = (chunks: readonly Uint8Array[]) => {
    const lines = new ByteLines({ maxLineBytes: 5, tooLong });
    const all = chunks.flatMap((chunk) => [...lines.push(chunk)]);
    const last = lines.end();
    return [...all, ...(last === undefined ? [] : [last])].map(({ bytes, line }) => [
      line,
      Buffer.from(bytes).toString(),
    ]);
  };
  const text = Buffer.from('ab\n\ncdé\nf');

  it('cuts the same lines, wherever chunks are cut', () => {
    const whole = [
      [1, 'ab'],
      [2, ''],
      [3, 'cdé'],
      [4, 'f'],
    ];
    for (let at = 0; at <= text.length; at += 1)
      expect(linesOf([text.subarray(0, at), text.subarray(at)])).toEqual(whole);
    expect(linesOf(Array.from(text, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('throws for a line beyond the limit, in one chunk or in several', () => {
    expect(() => linesOf([Buffer.from('a\nabcdef\n')])).toThrow('Line 2');
    expect(() => linesOf([Buffer.from('abc'), Buffer.from('def')])).toThrow('Line 1');
  });
});

it('a rejected line of decoded text has its line and its text', async () => {
  const bytes = Buffer.from('1\né\n2\n');
  const { values: texts } = await runDecoder(decodeText('utf-8'), [bytes]);
  const { rejections, values: parsed } = await runParser(numbers(), texts);
  expect(parsed).toEqual([1, 2]);
  expect(rejections).toMatchObject([{ ordinal: 1, line: 2, raw: 'é', code: 'NUMBER_INVALID' }]);
});
