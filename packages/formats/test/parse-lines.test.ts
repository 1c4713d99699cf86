import type { Parser } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseLines, type ParseLinesOptions } from '../src/index.ts';
import { cutAt, drive, driveEveryCut, pieces, summary } from './drive.ts';

const records = (text: string, options?: ParseLinesOptions): readonly unknown[] =>
  driveEveryCut(parseLines(options), text).outputs.map(({ record, code }) => code ?? record);

describe('parseLines', () => {
  it('is a frozen codec of strings', () => {
    expectTypeOf(parseLines()).toEqualTypeOf<Parser<string, string>>();
    expect(parseLines()).toMatchObject({ kind: 'parser', name: 'parseLines', takesDamage: true });
    expect(Object.isFrozen(parseLines())).toBe(true);
  });

  it('refuses options that it does not know', () => {
    const loose = parseLines as (options: object) => unknown;
    const invalid = [
      { maxRecordChars: 0 },
      { blankLines: 'no' },
      { maxMatchMillis: -1 },
      { multiline: {} },
      { multiline: { start: /a/, continuation: /b/ } },
      { multiline: { start: /a/g } },
      { multiline: { start: 'a' } },
      { multiline: { start: /a/, maxLines: 0 } },
    ];
    for (const options of invalid) {
      expect(() => loose(options), JSON.stringify(options)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    for (const options of [{ trim: true }, { multiline: { end: /a/ } }]) {
      expect(() => loose(options)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
    }
  });

  it('takes LF, CRLF, a last line without either, and a byte order mark', () => {
    expect(records('\uFEFFa\r\nb \n\n c\rd')).toEqual(['a', 'b ', ' c\rd']);
    expect(records('')).toEqual([]);
    expect(records('\uFEFF')).toEqual([]);
    expect(records('a\u2028b\u0085c\n')).toEqual(['a\u2028b\u0085c']);
  });

  it('passes over blank lines, keeps or rejects them', () => {
    expect(records('a\n\n \t\r\nb')).toEqual(['a', 'b']);
    expect(records('a\n\n \t\r\nb', { blankLines: 'keep' })).toEqual(['a', '', ' \t', 'b']);
    expect(records('a\n\n \t\r\nb', { blankLines: 'reject' })).toEqual(['a', 'LINE_BLANK', 'LINE_BLANK', 'b']);
  });

  it('steps over lines that are too long', () => {
    const { outputs } = driveEveryCut(parseLines({ maxRecordChars: 4 }), '1234\n12345\nab\n123456');
    expect(outputs.map(({ record, code, raw, line }) => [line, code ?? record, raw])).toEqual([
      [1, '1234', '1234'],
      [2, 'RECORD_TOO_LONG', '1234'],
      [3, 'ab', 'ab'],
      [4, 'RECORD_TOO_LONG', '1234'],
    ]);
  });

  it('parses a rejected line by itself', () => {
    const { reparse } = parseLines();
    expect(reparse!({ raw: 'a\r\nb', code: 'SCHEMA' })).toBe('a\nb');
    for (const raw of ['', Uint8Array.of(1)]) {
      expect(() => reparse!({ raw, code: 'X' })).toThrow(expect.objectContaining({ code: 'REPLAY_IMPOSSIBLE' }));
    }
    const rejecting = parseLines({ blankLines: 'reject' }).reparse!;
    expect(() => rejecting({ raw: '', code: 'LINE_BLANK' })).toThrow(expect.objectContaining({ code: 'LINE_BLANK' }));
  });
});

describe('multiline', () => {
  const LOG = ['x', '2026-01-01 boom\r', '  at a\r', '', '  at b\r', '2026-01-02 fine', '2026-01-03 end\r'];

  it('joins lines up to the next one that matches start', () => {
    const codec = parseLines({ multiline: { start: /^\d{4}-/ } });
    for (const ending of ['', '\n']) {
      const { outputs } = driveEveryCut(codec, LOG.join('\n') + ending);
      expect(outputs).toEqual([
        { record: 'x', raw: 'x', line: 1 },
        { record: '2026-01-01 boom\n  at a\n\n  at b', raw: '2026-01-01 boom\r\n  at a\r\n\n  at b', line: 2 },
        { record: '2026-01-02 fine', raw: '2026-01-02 fine', line: 6 },
        { record: '2026-01-03 end', raw: '2026-01-03 end', line: 7 },
      ]);
    }
  });

  it('joins lines that match continuation to the record before', () => {
    expect(records('+a\nb\n+c\n\n+d\ne', { multiline: { continuation: /^\+/ } })).toEqual(['+a', 'b\n+c', '\n+d', 'e']);
  });

  it('rejects what has too many lines or characters, whole', () => {
    const text = '# a\n1\n2\n# b\n1\n# c\n1\n2\n3\n';
    const { outputs } = driveEveryCut(parseLines({ multiline: { start: /^#/, maxLines: 3 } }), text);
    expect(outputs.map(({ code, record, raw, line }) => [line, code ?? record, raw])).toEqual([
      [1, '# a\n1\n2', '# a\n1\n2'],
      [4, '# b\n1', '# b\n1'],
      [6, 'RECORD_TOO_LONG', '# c\n1\n2\n3'],
    ]);
    expect(outputs[2]?.message).toContain('has 4 lines, and maxLines allows 3');
    const short = driveEveryCut(parseLines({ multiline: { start: /^#/ }, maxRecordChars: 7 }), text).outputs;
    expect(short.map(({ code, raw }) => code ?? raw)).toEqual(['# a\n1\n2', '# b\n1', 'RECORD_TOO_LONG']);
  });

  it('tests the beginning of lines that are too long', () => {
    const { outputs } = driveEveryCut(
      parseLines({ multiline: { start: /^#/ }, maxRecordChars: 5 }),
      '#1234567\n9\n#2\n',
    );
    expect(outputs.map(({ code, raw, line }) => [line, code, raw])).toEqual([
      [1, 'RECORD_TOO_LONG', '#1234'],
      [3, undefined, '#2'],
    ]);
  });
});

describe('any text, cut anywhere', () => {
  const unit = fc.constantFrom(...Array.from('ab#+ \t\r\n\n\n'), '\r\n', '\uFEFF', 'é', '😀');
  const text = fc.array(unit, { maxLength: 50 }).map((units) => units.join(''));
  const cuts = fc.array(fc.nat({ max: 100 }), { maxLength: 8 });
  const cases: readonly ParseLinesOptions[] = [
    {},
    { blankLines: 'keep' },
    { blankLines: 'reject', maxRecordChars: 4 },
    { multiline: { start: /^#/ } },
    { multiline: { start: /^#/, maxLines: 2 }, maxRecordChars: 5 },
    { multiline: { continuation: /^\s/ }, blankLines: 'keep' },
  ];

  it.each(cases.map((options) => [options] as const))('%o: gives the same, and loses no character', (options) => {
    const codec = parseLines(options);
    fc.assert(
      fc.property(text, cuts, (whole, places) => {
        const driven = drive(codec, cutAt(whole, places));
        expect(summary(driven)).toEqual(summary(drive(codec, [whole])));
        expect(summary(drive(codec, pieces(whole, 1)))).toEqual(summary(driven));
        if (options.maxRecordChars !== undefined) return;
        // A byte order mark before a line is no character of a record.
        const source = whole.replaceAll(/(^|\n)\uFEFF+/g, '$1');
        let at = 0;
        for (const { raw } of driven.outputs) {
          const start = source.indexOf(raw, at);
          expect(source.slice(at, start)).toMatch(/^\s*$/);
          at = start + raw.length;
        }
        expect(source.slice(at)).toMatch(/^\s*$/);
      }),
      { numRuns: 200 },
    );
  });
});
