import { describe, expect, it } from 'vitest';
import { parseCsv, parseNdjson } from '../src/index.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('a rejected record, parsed by itself', () => {
  it('is parsed as its file was: NDJSON', () => {
    const { reparse } = parseNdjson();
    expect(reparse!({ raw: '{"a":1}', code: 'NDJSON_INVALID' })).toEqual({ a: 1 });
    expect(() => reparse!({ raw: '{', code: 'NDJSON_INVALID' })).toThrow(code('NDJSON_INVALID'));
    expect(() => reparse!({ raw: '{}', code: 'RECORD_TOO_LONG' })).toThrow(code('REPLAY_IMPOSSIBLE'));
  });

  it('is parsed as its file was: CSV', () => {
    const { reparse } = parseCsv({ delimiter: ';' });
    const details = { content: { columns: ['a', 'b'] } };
    expect(reparse!({ raw: '"x;\n";2', code: 'CSV_FIELD_COUNT', details })).toEqual({ a: 'x;\n', b: '2' });
    expect(() => reparse!({ raw: '1;2;3', code: 'CSV_FIELD_COUNT', details })).toThrow(code('CSV_FIELD_COUNT'));
    expect(() => reparse!({ raw: '1;"2', code: 'CSV_FIELD_COUNT', details })).toThrow(code('CSV_QUOTE_UNCLOSED'));
    expect(() => reparse!({ raw: '1;2\n3;4', code: 'CSV_FIELD_COUNT', details })).toThrow(code('REPLAY_IMPOSSIBLE'));
    expect(() => reparse!({ raw: '1;2', code: 'SCHEMA_VIOLATION' })).toThrow(code('REPLAY_IMPOSSIBLE'));
    expect(() => reparse!({ raw: '1;2', code: 'RECORD_TOO_LONG', details })).toThrow(code('REPLAY_IMPOSSIBLE'));
    expect(parseCsv({ columns: ['a'] }).reparse!({ raw: '1', code: 'SCHEMA_VIOLATION' })).toEqual({ a: '1' });
  });
});
