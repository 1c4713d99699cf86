import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowReader } from '../src/csv-row-reader.ts';
import { parseCsv, type ParseCsvOptions } from '../src/index.ts';
import { cutAt, drive } from './drive.ts';

/** More rows than are read before a reader is compiled. */
const MANY = 100;

const cells = fc.array(fc.stringMatching(/^[a-z"\r ]{0,3}$/), { minLength: 0, maxLength: 5 });
const tails = fc.array(cells, { maxLength: 8 }).map((rows) => rows.map((row) => `${row.join(',')}\n`).join(''));

describe('rows behind the first hundred', () => {
  it.each<ParseCsvOptions>([
    {},
    { types: { a: 'integer' } },
    { shortRows: 'fill', longRows: 'cut' },
    { maxRecordChars: 6 },
    { trim: true },
  ])('are read as the first ones are, with %j', (options) => {
    fc.assert(
      fc.property(tails, fc.array(fc.nat()), (tail, cuts) => {
        const few = drive(parseCsv<unknown>(options), [`a,b,c\n${tail}`]);
        const many = drive(parseCsv<unknown>(options), cutAt(`a,b,c\n${'1,2,3\n'.repeat(MANY)}${tail}`, cuts));
        expect(many.error?.code).toBe(few.error?.code);
        if (few.error !== undefined) return; // What was emitted before counts for nothing.
        expect(many.outputs.slice(0, MANY).every(({ record }) => record !== undefined)).toBe(true);
        expect(many.outputs.slice(MANY)).toEqual(
          few.outputs.map((output) => ({
            ...output,
            line: output.line + MANY,
            ...(output.message !== undefined && { message: expect.any(String) }),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('keep names that are odd in a program', () => {
    const names = ['__proto__', 'constructor', 'a"b', 'c\\', '\u2028', '${x}', '1', ''];
    for (const columns of [names.slice(1, -1), names.slice(0, -1)]) {
      const { outputs } = drive(parseCsv<unknown>({ columns }), [
        `${columns.map((_, at) => at).join(',')}\n`.repeat(MANY),
      ]);
      const { record } = outputs.at(-1)!;
      expect(Object.entries(record as object).toSorted()).toEqual(
        columns.map((name, at) => [name, `${at}`]).toSorted(),
      );
      expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    }
    expect(rowReader(['__proto__'], ',')).toBeUndefined();
  });

  it('are read where no code may be made of text', () => {
    const program = `
      import { parseCsv } from '@millrace/formats';
      const stage = parseCsv().start({ reject: () => {} });
      const { records } = stage.push('a,b\\n' + '1,2\\n'.repeat(${MANY}));
      console.log(JSON.stringify([records.length, records.at(-1)]));`;
    const flags = ['--conditions=@millrace/source', '--disallow-code-generation-from-strings', '--input-type=module'];
    const printed = execFileSync(process.execPath, [...flags, '--eval', program], {
      cwd: new URL('..', import.meta.url),
      encoding: 'utf8',
    });
    expect(JSON.parse(printed)).toEqual([MANY, { a: '1', b: '2' }]);
  });
});
