import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('four suppliers, four shapes: the same customers', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@millrace/source', main]);
  for (const supplier of ['atlas', 'breeze', 'cobol', 'delta']) {
    expect(stdout).toMatch(new RegExp(`^${supplier} .*: read 6 = written 6 \\+ rejected 0`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${supplier} +6 customers, such as .*Hélène Lefèvre.*Besançon`, 'm'));
  }
  expect(stdout).toMatch(/the encoding that was found: windows-1252 (0\.\d\d|1\.00)/);
  expect(stdout).toContain('All four sent the same customers.');
});
