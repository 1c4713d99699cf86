import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// examples/price-feed, run as its README line says.

it('loads two suppliers into PostgreSQL, twice, and accounts for every record', { timeout: 120_000 }, async () => {
  const cwd = fileURLToPath(new URL('../examples/price-feed/', import.meta.url));
  const { DATABASE_URL: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@millrace/source', 'main.ts'], {
    cwd,
    env,
  });
  expect(stdout.match(/^ {2}✓ .*$/gm)).toHaveLength(4);
  expect(stdout).toContain('440 read = 438 written + 2 rejected');
  expect(stdout).toContain('nordwind-2026-11-21.csv, record 57: SCHEMA_VIOLATION');
  expect(stdout).toContain('atlas-2026-11-20.ndjson, record 91: NDJSON_INVALID');
  expect(stdout).not.toContain('✗');
});
