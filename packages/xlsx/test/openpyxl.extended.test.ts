import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { expectedRows, openpyxlWorkbooks, readRows } from './support/compare-with-openpyxl.ts';

// With openpyxl and XlsxWriter in this Python, other workbooks than the recorded ones are made and read. MILLRACE_TEST_OPENPYXL=required
// makes the test fail without them.
const python = process.env['MILLRACE_TEST_PYTHON'] ?? 'python3';
const [script, recorded] = ['support/make-workbooks.py', 'workbooks'].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
) as [string, string];
const given = Number(process.env['MILLRACE_SEED']);
const seed = Number.isSafeInteger(given) && given > 1 ? given : 2;
const hasWriters = spawnSync(python, ['-c', 'import openpyxl, xlsxwriter']).status === 0;
if (!hasWriters && process.env['MILLRACE_TEST_OPENPYXL'] === 'required')
  throw new Error(`MILLRACE_TEST_OPENPYXL asks for openpyxl and XlsxWriter, and ${python} does not have them.`);

const directory = hasWriters ? mkdtempSync(join(tmpdir(), 'millrace-xlsx-')) : recorded;
afterAll(() => {
  if (hasWriters) rmSync(directory, { recursive: true });
});

it(`values equal those of openpyxl in ${hasWriters ? `workbooks of seed ${seed}` : 'the recorded workbooks alone, as it is not installed'}`, async () => {
  if (hasWriters) execFileSync(python, [script, directory, '100', String(seed)], { stdio: 'pipe' });
  const workbooks = openpyxlWorkbooks(directory);
  expect(workbooks).toHaveLength(100);
  for (const workbook of workbooks) {
    const { file, writer, way } = workbook;
    expect([file, writer, way, await readRows(directory, file)]).toEqual([file, writer, way, expectedRows(workbook)]);
  }
}, 300_000);
