import { type Expectations, feed, type Parser } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { memorySink, memorySource, runParser } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { parseCsv, parseJson, parseLines, parseNdjson } from '../src/index.ts';

async function run(text: string, parser: Parser<string, unknown>, expected: Expectations = {}) {
  const sink = memorySink<unknown>();
  const { reports } = await feed('expecting', { expect: expected })
    .from(memorySource({ objects: { file: [Buffer.from(text)] } }))
    .through(decodeText('utf-8'))
    .through(parser)
    .to(sink)
    .run([{ name: 'file' }], { onFailure: 'report' });
  return { ...reports[0]!, values: sink.values() };
}

describe('an object without records', () => {
  it.each<[string, string, Parser<string, unknown>, number]>([
    ['an empty file', '', parseCsv(), 0],
    ['a header row only', 'bin,parts\n', parseCsv(), 10],
    ['blank lines', '\n\n', parseLines(), 2],
    ['blank lines of NDJSON', '\n\n', parseNdjson(), 2],
    ['an empty array', '[]', parseJson(), 2],
  ])('fails with advice: %s', async (_, text, parser, bytes) => {
    const { outcome, error } = await run(text, parser);
    expect({ outcome, code: error?.code, details: error?.details }).toEqual({
      outcome: 'failed',
      code: 'OBJECT_WITHOUT_RECORDS',
      details: { records: 0, bytes },
    });
    expect(error?.message).toMatch(/header row.*expect: \{ records: \{ min: 0 \} \}/s);
    expect((await run(text, parser, { records: { min: 0 } })).outcome).toBe('complete');
  });
});

describe('columns of CSV', () => {
  const columns = { required: ['bin', 'parts'] };

  it('are required of the header row, whatever the delimiter and the order', async () => {
    const text = 'parts;color;bin\n12;red;H1\n';
    expect((await run(text, parseCsv({ delimiter: 'sniff' }), { columns })).outcome).toBe('complete');
    const wrong = await run('bin;color\nH1;red\n', parseCsv({ delimiter: ';' }), { columns });
    expect(wrong).toMatchObject({ outcome: 'failed', values: [], error: { code: 'OBJECT_COLUMNS_MISSING' } });
    expect(wrong.error?.details).toEqual({ missing: ['parts'], columns: 2 });
    expect(JSON.stringify(wrong.error)).not.toContain('color');
  });

  it('are reported as records name them', async () => {
    const numbered = parseCsv({ duplicateColumns: 'number', emptyColumns: 'number' });
    expect((await runParser(numbered, ['\uFEFFa,', 'a,\n1,2,3\n'])).columns).toEqual(['a', 'a_2', 'column_3']);
    expect((await runParser(parseCsv({ columns: ['x', 'y'] }), ['1,2\n'])).columns).toEqual(['x', 'y']);
    expect((await runParser(parseCsv({ delimiter: 'sniff' }), ['sep=;\n', 'a;b\n1;2\n'])).columns).toEqual(['a', 'b']);
    expect(await runParser(parseCsv(), [''])).not.toHaveProperty('columns');
  });

  it('are refused before a parser whose records have none', () => {
    const build = () => feed('f', { expect: { columns } }).from(memorySource()).through(decodeText('utf-8'));
    for (const parser of [parseNdjson(), parseJson(), parseLines()])
      expect(() => build().through(parser).to(memorySink<unknown>())).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(parser.name) }),
      );
  });
});
