import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, expect, it } from 'vitest';
import { missingOracles } from '../tools/oracle/environment.ts';
import { runProgram } from '../tools/packed/run-program.ts';

const TOOL = fileURLToPath(new URL('../tools/oracle.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'millrace-oracle-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Python and its packages are not part of the workspace. Without Python this test says so and proves that the command does, too;
 * `MILLRACE_TEST_ORACLE=required` makes that a failure. With Python it must pass, and installs what the command needs.
 */
it('Millrace and the readers of Python agree on a folder of small files', { timeout: 540_000 }, async () => {
  const reason = await missingOracles();
  if (reason !== undefined) {
    process.stderr.write(`\nTHE ORACLES WERE NOT ASKED. ${reason}\n\n`);
    expect(process.env['MILLRACE_TEST_ORACLE'], reason).not.toBe('required');
    expect(await run()).toMatchObject({ ok: true, skipped: reason });
    return;
  }
  writeFiles();
  expect(await run()).toMatchObject({
    ok: true,
    files: 8,
    equal: 6,
    'both-refuse': 3,
    'only-they-refuse': 0,
    different: 0,
    // A quote that the default refuses, and csv and DuckDB take.
    'only-we-refuse': 1,
    explained: 1,
    unexplained: 0,
  });
});

async function run(): Promise<unknown> {
  const printed = await runProgram(process.execPath, ['--conditions=@millrace/source', TOOL, folder]);
  return JSON.parse(printed.split('\n').at(-1)!);
}

function writeFiles(): void {
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
  const numbers = [1n, -(2n ** 60n), null, 7n];
  const columnData = [{ name: 'n', type: 'INT64', data: numbers, nullable: true } as const];
  write('numbers.parquet', new Uint8Array(parquetWriteBuffer({ columnData, compressors: { GZIP: gzipSync } })));
  write('stray.csv', 'size,name\n19" monitor,"x"\n');
  write('order.xml', '<order id="7"><sku>A &amp; B</sku><sku/></order>');
  write('cut.xml', '<order><sku>');
  write('exact.ndjson', '{"n":9007199254740993,"d":0.1}\n');
  write('packed.zlib', deflateSync('abc'.repeat(1000)));
  write('cut.gz', gzipSync('abc'.repeat(1000)).subarray(0, 20));
  write('latin.txt', Uint8Array.of(0x5a, 0xfc));
}
