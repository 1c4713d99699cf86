import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { missingOracles, pythonWith } from './oracle/environment.ts';
import { explained } from './oracle/explained.ts';
import { filesIn, MAX_BYTES } from './oracle/files-in.ts';
import { generateFiles } from './oracle/generate/generate-files.ts';
import { judgeFile } from './oracle/judge-file.ts';
import { pythonSession } from './oracle/python-session.ts';
import { describeVerdict, summarize } from './oracle/report.ts';
import { seedData } from './oracle/seed/seed-data.ts';
import type { Verdict } from './oracle/verdict.ts';

/**
 * Reads each file below a folder with Millrace and with the readers of Python that know it: pyarrow, DuckDB, openpyxl, csv,
 * zipfile, tarfile, gzip, bz2, zlib, codecs, json and expat. Sorts what came of it into equal, both refuse, only we refuse, only
 * they refuse, and different; see `docs/oracle.md`.
 *
 *     node --conditions=@millrace/source tools/oracle.ts FOLDER --only '.parquet' --oracle pyarrow
 *
 * `--seed-data` downloads test data of packages into FOLDER first, and `--generate N --seed S` writes files there with several
 * writers; `--no-judge` ends after that. `--report FILE` writes every verdict as a line of JSON. The last line is one JSON object; the exit code is 1 for a difference
 * that `oracle/explained.ts` does not explain, and with `--require` also if Python is missing.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    oracle: { type: 'string', multiple: true, default: [] },
    report: { type: 'string' },
    'seed-data': { type: 'boolean', default: false },
    generate: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'no-judge': { type: 'boolean', default: false },
    require: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (folder === undefined || positionals.length > 1) throw new TypeError('Name one folder of files to read.');

const reason = await missingOracles();
if (reason === undefined) {
  await fill(resolve(folder));
  if (!values['no-judge']) await judgeFolder(resolve(folder));
} else {
  console.log(`SKIPPED: no file was compared. ${reason}`);
  if (values.require) process.exitCode = 1;
  console.log(JSON.stringify({ ok: !values.require, skipped: reason }));
}

async function fill(root: string): Promise<void> {
  if (values['seed-data']) {
    const seeded = await seedData(join(root, 'packages'));
    const missing = seeded.filter((one) => one.missing !== undefined);
    if (missing.length > 0) console.log(`MISSING: ${missing.length} of ${seeded.length} packages were not downloaded.`);
  }
  if (values.generate !== undefined) {
    const [count, seed] = [Number(values.generate), Number(values.seed)];
    if (!Number.isSafeInteger(count) || count < 1) throw new TypeError('--generate takes a whole number from 1.');
    if (!Number.isSafeInteger(seed)) throw new TypeError('--seed takes a whole number.');
    await generateFiles(join(root, `generated-${seed}`), count, seed);
  }
}

async function judgeFolder(root: string): Promise<void> {
  const started = performance.now();
  const { files, tooLarge } = filesIn(root);
  const session = pythonSession(await pythonWith('requirements.txt'));
  const scratch = mkdtempSync(join(tmpdir(), 'millrace-oracle-'));
  const verdicts: Verdict[] = [];
  let unjudged = 0;
  try {
    for (const file of files.filter((name) => name.includes(values.only ?? ''))) {
      const judged = await judgeFile(file, { folder: root, session, scratch, oracles: values.oracle });
      if (judged.length === 0) unjudged += 1;
      verdicts.push(...judged);
    }
  } finally {
    session.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  if (values.report !== undefined) {
    writeFileSync(values.report, verdicts.map((verdict) => `${JSON.stringify(verdict)}\n`).join(''));
  }
  print(verdicts, { unjudged, tooLarge, seconds: Math.round((performance.now() - started) / 1000) });
}

interface Rest {
  readonly unjudged: number;
  readonly tooLarge: readonly string[];
  readonly seconds: number;
}

function print(verdicts: readonly Verdict[], { unjudged, tooLarge, seconds }: Rest): void {
  const summary = summarize(verdicts, explained);
  for (const verdict of summary.unexplained) console.log(`\n${describeVerdict(verdict)}`);
  console.log('');
  for (const [{ category, oracles, reason: why, source }, count] of summary.explained) {
    console.log(`${count} explained, ${category} (${oracles.join(', ')}): ${why} [${source}]`);
  }
  console.table(summary.byOracle);
  if (Object.keys(summary.byCorpus).length > 1) console.table(summary.byCorpus);
  for (const file of tooLarge) console.log(`not read, larger than ${MAX_BYTES} bytes: ${file}`);
  console.log(`not read, as no oracle knows them: ${unjudged}`);
  const { equal, unexplained } = summary.totals;
  const both = summary.totals['both-refuse'];
  console.log(
    `${summary.files} files, ${verdicts.length} verdicts: equal ${equal}, both refuse ${both}, ` +
      `explained ${summary.totals.explained}, unexplained ${unexplained}`,
  );
  const isOk = unexplained === 0 && verdicts.length > 0;
  if (!isOk) process.exitCode = 1;
  const { files, totals, byOracle } = summary;
  console.log(JSON.stringify({ ok: isOk, files, ...totals, byOracle, unjudged, tooLarge: tooLarge.length, seconds }));
}
