import { fileURLToPath } from 'node:url';
import { benchArguments } from './bench/arguments.ts';
import { measureColdStart } from './bench/cold-start.ts';
import { writeDocsBlock } from './bench/docs-block.ts';
import { rowFigures } from './bench/figures.ts';
import { preparePrograms } from './bench/programs.ts';
import { coldStartTable, machine, rowTable, targetTable } from './bench/report.ts';
import { type RowResult, runRow } from './bench/run-row.ts';
import { judge, targets } from './bench/targets.ts';

/**
 * Measures Millrace against floors and peers. docs/benchmarks.md tells how. The last line is one JSON object.
 *
 * `--quick`: few rows, small objects. `--only NAME,…`: rows or variants. `--rounds N`. `--verify`: looks at each record that
 * arrives instead of measuring. `--profile DIR`: leaves CPU profiles. `--write-docs`: puts the tables into docs/benchmarks.md.
 */
const { quick, verify, writeDocs, profile, rounds, coldStart, plan } = benchArguments(process.argv.slice(2));
const programs = await preparePrograms(profile);
const size = quick || verify ? 'quick' : 'full';
const results = new Map<string, RowResult>();
const tables: string[] = [];
console.log(machine());
for (const { row, variants } of plan) {
  const repeated = rounds === undefined ? row : { ...row, rounds: { full: rounds, quick: rounds } };
  const result = await runRow(repeated, { programs, size, verify, variants });
  results.set(row.name, result);
  const table = rowTable(result);
  tables.push(table);
  if (verify) console.log(`${row.name}: each record arrived exactly once by ${Object.keys(result.runs).join(', ')}`);
  else console.log(`\n${table}`);
}

const coldStarts = coldStart ? await measureColdStart(rounds ?? 5) : {};
if (coldStart) {
  const table = coldStartTable(coldStarts);
  tables.push(table);
  console.log(`\n${table}`);
}

const outcomes = Object.fromEntries(targets.map((target) => [target.name, judge(target, results)]));
if (!verify) console.log(`\n${targetTable(outcomes)}`);
if (writeDocs) {
  const day = new Date().toISOString().slice(0, 10);
  const block = `Measured on ${day}: ${machine()}.\n\n${targetTable(outcomes)}\n\n${tables.join('\n')}`;
  writeDocsBlock(fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url)), block);
}
console.log(
  JSON.stringify({
    machine: machine(),
    quick,
    verify,
    ratios: verify ? {} : outcomes,
    rows: verify ? {} : Object.fromEntries([...results].map(([name, result]) => [name, rowFigures(result)])),
    coldStarts,
    ...(verify && { verified: Object.fromEntries([...results].map(([name, { runs }]) => [name, Object.keys(runs)])) }),
    absent: Object.fromEntries(
      [...results].map(([name, { absent }]) => [name, absent]).filter(([, absent]) => Object.keys(absent!).length > 0),
    ),
  }),
);
