import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cli, type CliOptions } from './cli-process.ts';
import { validated } from './validate-output.ts';

// Processes take long to start on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
const here: CliOptions = { project: 'files', env: { MILLRACE_TEST_FOLDER: folder } };
const good = Array.from({ length: 30 }, (_, at) => `{"sku":"A-${at}"}\n`).join('');
const bad = `{"sku":"B-1"}\n{"sku":"B-2",}\n${good}`;
const uri = pathToFileURL(join(folder, 'in', 'b.ndjson')).href;

beforeAll(() => {
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in', 'a.ndjson'), good);
  writeFileSync(join(folder, 'in', 'b.ndjson'), bad);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** All that was written to the feed's folder. */
function written(): string {
  const root = join(folder, 'out', 'prices');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ndjson') && !name.startsWith('_manifests'));
  return files.map((name) => readFileSync(join(root, name), 'utf8')).join('');
}

describe('from a file to a repaired record', () => {
  it('shows in a dry run what would happen, and writes nothing', async () => {
    const json = validated('run', await cli(['run', '--dry-run', '--json'], here));
    expect(json).toMatchObject({ dryRun: true, report: { totals: { read: 62, written: 61, rejected: 1 } } });
    expect(readdirSync(folder)).toEqual(['in']);
  });

  it('runs what the source lists, prints the report, and says what is next', async () => {
    const { code, stdout, stderr } = await cli(['run'], here);
    expect(stdout).toContain('2 objects: 2 complete · 62 read = 61 written + 1 rejected');
    expect(stdout).toContain('Next: npx millrace quarantine ls prices');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('exits with 3 if a person is needed and --strict is given', async () => {
    const result = await cli(['run', '--strict', '--json'], here);
    expect(result.code).toBe(3);
    validated('run', result);
  });

  it('lists rejected records without what they hold', async () => {
    const { stdout } = await cli(['quarantine', 'ls'], here);
    expect(stdout).toContain('1 rejected record of 1 object: 1 NDJSON_INVALID');
    expect(stdout).toMatch(/ {2}[0-9a-f]{10} {2}.*b\.ndjson {2}line 2 {2}NDJSON_INVALID {2}/);
    const result = await cli(['quarantine', 'ls', '--json'], here);
    expect(validated('quarantine ls', result)).toMatchObject({ total: 1, codes: { NDJSON_INVALID: 1 } });
    expect(stdout + result.stdout).not.toContain('B-2');
  });

  it('filters by code, object and time', async () => {
    const total = async (...words: readonly string[]): Promise<unknown> =>
      validated('quarantine ls', await cli(['quarantine', 'ls', ...words, '--json'], here))['total'];
    expect(await total('--code', 'NDJSON_INVALID', '--source', uri, '--since', '1h')).toBe(1);
    expect(await total('--code', 'CSV_FIELD_COUNT')).toBe(0);
    expect(await total('--source', `${uri.slice(0, -8)}*`)).toBe(1);
    expect(await total('--source', uri.replace('b.ndjson', 'a.ndjson'))).toBe(0);
  });

  it('shows a record with a mark at the problem', async () => {
    const { stdout } = await cli(['quarantine', 'show', `${uri}#2`], here);
    expect(stdout).toContain('  2 │ {"sku":"B-2",}\n    │              ^\n');
    expect(stdout).toContain('NDJSON_INVALID in parseNdjson: Line 2 is not valid JSON');
    const json = validated('quarantine show', await cli(['quarantine', 'show', `${uri}#2`, '--json'], here));
    expect(json['rejections']).toMatchObject([{ raw: '{"sku":"B-2",}', line: 2, code: 'NDJSON_INVALID' }]);
  });

  it('says so if no record has the name', async () => {
    const { code, stderr } = await cli(['quarantine', 'show', 'abcd'], here);
    expect(stderr).toContain('CLI_REJECTION_UNKNOWN  No rejected record is named "abcd".');
    expect(code).toBe(2);
  });

  it('exports records as they came, and why, row by row', async () => {
    const output = join(folder, 'for-the-supplier.ndjson');
    validated('quarantine export', await cli(['quarantine', 'export', '--output', output, '--json'], here));
    expect(readFileSync(output, 'utf8')).toBe('{"sku":"B-2",}\n');
    expect(readFileSync(`${output}.reasons.csv`, 'utf8')).toMatch(
      /^id,object,line,record,code,reason\n[0-9a-f]{10},file:.*b\.ndjson,2,1,NDJSON_INVALID,Line 2 is not valid JSON/,
    );
    expect((await cli(['quarantine', 'export'], here)).stdout).toBe('{"sku":"B-2",}\n');
  });

  it('leaves a record that fails again where it is', async () => {
    const json = validated('replay', await cli(['replay', '--json'], here));
    expect(json).toMatchObject({ total: 1, reports: [{ tried: 1, delivered: 0, rejected: 1 }] });
    expect((await cli(['replay', '--strict'], here)).code).toBe(3);
    expect((await cli(['replay', '--dry-run'], here)).stdout).toContain('1 rejected record would be replayed.');
  });

  it('keeps everything if the editor changes nothing or fails', async () => {
    const unchanged = await cli(['quarantine', 'edit'], { ...here, env: { ...here.env, EDITOR: 'true' } });
    expect(unchanged.stderr).toContain('No record was changed.');
    expect(unchanged.code).toBe(0);
    const failed = await cli(['quarantine', 'edit'], { ...here, env: { ...here.env, EDITOR: 'false' } });
    expect(failed.stderr).toContain('CLI_EDITOR_FAILED  The editor "false" ended with 1.');
    expect(failed.code).toBe(2);
    expect(written()).not.toContain('B-2');
  });

  it('replays the text that an editor has fixed, once', async () => {
    const env = { ...here.env, EDITOR: 'sed -i "s/,}/}/"' };
    const edited = await cli(['quarantine', 'edit', '--json'], { ...here, env });
    expect(validated('quarantine edit', edited)).toMatchObject({ total: 1, reports: [{ delivered: 1 }] });
    expect(written().match(/B-2/g)).toHaveLength(1);
    expect((await cli(['quarantine', 'ls'], here)).stdout).toBe('Nothing is in the quarantine.\n');
    expect((await cli(['replay'], here)).stdout).toBe('Nothing is in the quarantine to replay.\n');
  });
});

describe('objects', () => {
  it('runs the objects that are named', async () => {
    const json = validated('run', await cli(['run', 'prices', join(folder, 'in/a.ndjson'), '--json'], here));
    expect(json).toMatchObject({ report: { items: { complete: 1 }, totals: { read: 30 } } });
  });

  it('divides a listing into shares without overlap', async () => {
    const refs: string[] = [];
    for (const share of ['1/3', '2/3', '3/3']) {
      const json = validated('run', await cli(['run', '--dry-run', '--share', share, '--json'], here));
      refs.push(...(json as { report: { reports: { ref: string }[] } }).report.reports.map(({ ref }) => ref));
    }
    expect(refs.toSorted()).toEqual([uri.replace('b.ndjson', 'a.ndjson'), uri]);
  });

  it('exits with 1 if an object fails, and with 2 before anything is done if it cannot be one', async () => {
    const missing = await cli(['run', join(folder, 'nowhere.ndjson'), '--json'], here);
    expect(validated('run', missing)).toMatchObject({ exitCode: 1, report: { items: { failed: 1 } } });
    const wrong = await cli(['run', join(folder, 'in/a.ndjson'), 'https://example.com/x', '--json'], here);
    expect(validated('run', wrong)).toMatchObject({ exitCode: 2, error: { code: 'CLI_REFERENCE_INVALID' } });
  });

  it('plans for a sink without prices by a dry run', async () => {
    const json = validated('plan', await cli(['plan', '--json'], here));
    expect(json).toMatchObject({ dryRun: true, report: { totals: { read: 62 } } });
  });

  it('stops at the deadline and says to try again', async () => {
    const json = validated('run', await cli(['run', '--deadline', '0s', '--json'], here));
    expect(json).toMatchObject({ exitCode: 4, report: { outcome: 'aborted' } });
  });

  it.each([
    [['run', '--share', '4/3'], 'CLI_ARGUMENT_INVALID'],
    [['run', '--concurrency', '0'], 'CLI_ARGUMENT_INVALID'],
    [['run', '--deadline', 'soon'], 'CLI_ARGUMENT_INVALID'],
    [['run', '--since', 'last week'], 'CLI_ARGUMENT_INVALID'],
    [['run', '--prefix', 'x'], 'OPTION_UNKNOWN'],
    [['reconcile'], 'CLI_LEDGER_NEEDED'],
    [['purge', 'file:///a'], 'CLI_LEDGER_NEEDED'],
  ])('%j exits with 2', async (words, code) => {
    const result = await cli([...words, '--json'], here);
    expect(validated(words[0]!, result)).toMatchObject({ exitCode: 2, error: { code } });
  });
});

it('ends quietly if nobody reads its output', async () => {
  const { code, stderr } = await cli(['schema', 'run'], { ...here, onStart: ({ stdout }) => stdout?.destroy() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('prints a schema', async () => {
  expect((await cli(['schema', 'quarantine', 'ls'], here)).json()['title']).toBe('millrace quarantine ls --json');
  expect((await cli(['schema'], here)).stdout).toContain('quarantine ls\n');
  expect((await cli(['schema', 'nothing'], here)).code).toBe(2);
});
