import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it, vi } from 'vitest';
import { cli } from './cli-process.ts';
import { validated } from './validate-output.ts';

// Processes take long to start on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'millrace-dev-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rows = Array.from({ length: 20 }, (_, at) => `A-${at},${at}.50\n`).join('');

it('loads what is in the folder into local tables, and shows rows and rejections', async () => {
  mkdirSync(join(folder, 'once'));
  writeFileSync(join(folder, 'once', 'a.csv.gz'), gzipSync(`sku,amount\n${rows}A-x,three\n`));
  const words = ['dev', '--once', '--folder', join(folder, 'once')];
  const { code, stdout, stderr } = await cli(words, { project: 'aws' });
  expect(stderr).toMatch(/^S3 http:.*, DynamoDB http:.*, both in memory\n/);
  expect(stdout).toContain('✓ a.csv.gz  21 records, 20 written, 1 rejected');
  expect(stdout).toMatch(/uuid +/);
  expect(stdout).toContain('… and 15 more rows');
  expect(stdout).toMatch(/! line 22 {2}FIELD_INVALID {2}/);
  expect(code).toBe(0);
  const json = validated('dev', await cli([...words, '--json'], { project: 'aws' }));
  expect(json).toMatchObject({ objects: [{ feed: 'prices', report: { outcome: 'complete', written: 20 } }] });
});

it('waits for files, and ends with Ctrl-C', async () => {
  const watched = join(folder, 'watched');
  let step = 0;
  const { code, stdout } = await cli(['dev', '--folder', watched], {
    project: 'aws',
    onStderr: (_, printed) => {
      if (step > 0 || !printed.includes('Drop files into')) return;
      step = 1;
      writeFileSync(join(watched, 'b.csv.gz'), gzipSync(`sku,amount\n${rows}`));
    },
    onStdout: (child, printed) => {
      if (printed.includes('… and 15 more rows')) child.kill('SIGINT');
    },
  });
  expect(stdout).toContain('✓ b.csv.gz  20 records, 20 written, 0 rejected');
  expect(code).toBe(0);
});
