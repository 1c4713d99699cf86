import type { Rejection } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editSheet, isEditable } from '../src/quarantine/edit-sheet.ts';
import type { KeptRejection } from '../src/quarantine/kept.ts';

function kept(id: string, raw: Rejection['raw'], branch = ''): KeptRejection {
  const item = { id: 'v1', uri: 's3://drop/a.csv' };
  const facts = {
    feed: 'prices',
    run: 'r',
    item,
    stage: 'parseCsv',
    code: 'CSV_FIELD_COUNT',
    message: 'Row 2 is short.',
  };
  return { id, rejection: { ...facts, ordinal: 1, branch, line: 2, raw } };
}

const two = [kept('aaaaaaaaaa', 'A-1;3,5'), kept('bbbbbbbbbb', 'B-1;"two\nlines"')];

describe('a sheet', () => {
  it('has each record below its id and what is wrong', () => {
    expect(editSheet(two).text).toBe(
      [
        '#: Fix the records below, save the file and close the editor.',
        '#: A record stays in the quarantine if you do not change it, or if you remove it. Keep these lines.',
        '',
        '#: aaaaaaaaaa s3://drop/a.csv line 2: CSV_FIELD_COUNT Row 2 is short.',
        'A-1;3,5',
        '',
        '#: bbbbbbbbbb s3://drop/a.csv line 2: CSV_FIELD_COUNT Row 2 is short.',
        'B-1;"two',
        'lines"',
        '',
      ].join('\n'),
    );
  });

  it('gives back what was changed, and nothing else', () => {
    const { text, changed } = editSheet(two);
    expect([...changed(text)]).toEqual([]);
    expect([...changed(text.replace('3,5', '3,5;ok'))]).toEqual([['aaaaaaaaaa', 'A-1;3,5;ok']]);
    expect([...changed(text.replaceAll('\n', '\r\n'))]).toEqual([]);
    expect([...changed(text.replace('lines"\n', 'lines" too'))]).toEqual([['bbbbbbbbbb', 'B-1;"two\nlines" too']]);
  });

  it('leaves records alone that were removed or emptied', () => {
    const { text, changed } = editSheet(two);
    expect([...changed('')]).toEqual([]);
    expect([...changed(text.replace('A-1;3,5\n', ''))]).toEqual([]);
    expect([...changed(text.slice(0, text.indexOf('#: bbb')))]).toEqual([]);
  });

  it('reads back any text as it was, also one that looks like its own lines', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom('#: x', '##: y', '#', ''));
    const raw = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n').replaceAll('\r', ''));
    fc.assert(
      fc.property(raw, raw, (first, second) => {
        const { text, changed } = editSheet([kept('aaaaaaaaaa', first), kept('bbbbbbbbbb', second)]);
        expect([...changed(text)]).toEqual([]);
      }),
    );
  });
});

it('holds only text that can be parsed again', () => {
  expect(isEditable(kept('a', 'text'))).toBe(true);
  expect(isEditable(kept('a', 'text', '0'))).toBe(false);
  expect(isEditable(kept('a', new Uint8Array(2)))).toBe(false);
  expect(isEditable(kept('a', undefined))).toBe(false);
});
