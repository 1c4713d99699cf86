import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectedRows, openpyxlWorkbooks, readRows } from './support/compare-with-openpyxl.ts';

// Written by `python test/support/make-workbooks.py test/workbooks 100 1`, with openpyxl 3.1.5 and XlsxWriter 3.3.1.
const DIRECTORY = fileURLToPath(new URL('./workbooks', import.meta.url));
const workbooks = openpyxlWorkbooks(DIRECTORY);

describe('values equal those of openpyxl', () => {
  it('in a hundred workbooks', () => {
    expect(workbooks).toHaveLength(100);
    expect(new Set(workbooks.map(({ writer }) => writer)).size).toBe(2);
    expect(new Set(workbooks.map(({ way }) => way)).size).toBe(8);
  });

  it.each(workbooks.map((workbook) => [`${workbook.file}: ${workbook.writer}, ${workbook.way}`, workbook] as const))(
    '%s',
    async (_, workbook) => {
      expect(await readRows(DIRECTORY, workbook.file)).toEqual(expectedRows(workbook));
    },
  );
});
