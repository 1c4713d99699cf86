import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonSeq, parseNdjson, type ParseJsonSeqOptions } from '../src/index.ts';
import { cutAt, drive, driveEveryCut, summary } from './drive.ts';

const RS = '\u001E';
const outputs = (text: string, options?: ParseJsonSeqOptions): readonly unknown[] =>
  driveEveryCut(parseJsonSeq(options), text).outputs.map(({ record, code }) => code ?? record);

describe('parseJsonSeq', () => {
  it('makes a record of what follows each separator, over any number of lines', () => {
    expect(outputs(`${RS}{"a":1}\n${RS}[1,\n 2]\n${RS}"x"\n${RS}null\n`)).toEqual([{ a: 1 }, [1, 2], 'x', null]);
    expect(outputs(`\uFEFF\n${RS}${RS}\n${RS} 1 \n${RS}`)).toEqual([1]);
    expect(outputs('')).toEqual([]);
  });

  it('rejects what is not JSON, and what may be cut, with line and text, and goes on', () => {
    expect(
      driveEveryCut(parseJsonSeq(), `${RS}{"a":1${RS}{"b":2}\n${RS}12${RS}true${RS}"x"${RS}\n3 \n`).outputs,
    ).toMatchObject([
      { code: 'JSON_INVALID', raw: '{"a":1', line: 1 },
      { record: { b: 2 }, raw: '{"b":2}', line: 1 },
      { code: 'JSON_TRUNCATED', raw: '12', line: 2 },
      { code: 'JSON_TRUNCATED', raw: 'true' },
      { record: 'x' },
      { record: 3, line: 2 },
    ]);
  });

  it('takes the options of parseJson', () => {
    expect(outputs(`${RS}{"a":1,"a":2}\n`)).toEqual(['JSON_KEY_DUPLICATE']);
    expect(outputs(`${RS}{"a":1,"a":2}\n`, { duplicateKeys: 'first' })).toEqual([{ a: 1 }]);
    expect(outputs(`${RS}9007199254740993\n`, { numbers: 'exact' })).toEqual([9007199254740993n]);
    expect(outputs(`${RS}"abc"\n${RS}"abcd"\n${RS}1\n`, { maxRecordChars: 5 })).toEqual(['abc', 'RECORD_TOO_LONG', 1]);
    expect(() => parseJsonSeq({ path: '' } as never)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });

  it('fails for what is not a sequence, and parseNdjson points to it', () => {
    expect(driveEveryCut(parseJsonSeq(), '\n{"a":1}\n').error).toMatchObject({
      code: 'JSON_SEQUENCE_INVALID',
      details: { line: 2 },
      message: expect.stringContaining('parseNdjson()'),
    });
    expect(driveEveryCut(parseNdjson(), `${RS}{"a":1}\n`).outputs).toMatchObject([
      { code: 'NDJSON_INVALID', message: expect.stringContaining('parseJsonSeq()') },
    ]);
  });

  it('parses a rejected record by itself', () => {
    const { reparse } = parseJsonSeq();
    expect(reparse!({ raw: '{"a":\n1}', code: 'JSON_INVALID' })).toEqual({ a: 1 });
    expect(() => reparse!({ raw: '1', code: 'JSON_TRUNCATED' })).toThrow(
      expect.objectContaining({ code: 'JSON_TRUNCATED' }),
    );
  });

  it('gives every value that was written, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.nat()), (written, places) => {
        const text = written.map((value) => `${RS}${JSON.stringify(value, null, 1)}\n`).join('');
        const whole = drive(parseJsonSeq(), [text]);
        expect(whole.outputs.map(({ record }) => record)).toEqual(
          written.map((value) => JSON.parse(JSON.stringify(value)) as unknown),
        );
        expect(summary(drive(parseJsonSeq(), cutAt(text, places)))).toEqual(summary(whole));
      }),
    );
  });
});
