import { argumentsOf, landingFromArguments } from './arguments.ts';
import { chaosRun } from './chaos-run.ts';
import { add, isExact, NO_DIFFERENCES } from './check-table.ts';
import type { SenderKind } from './landing-feed.ts';
import { startStage } from './stage.ts';

/**
 * Carries sample objects through random faults, and checks after each run that table, quarantine and ledger hold exactly what
 * they must: `pnpm run reliability chaos --runs 500 --seed 1`. `--only K` repeats one run. `--pack N` packs N records,
 * `--keys natural` lands under natural keys that repeat, `--objects N` gives each run N objects, and RELIABILITY_SENDER=sdk
 * sends through the SDK. The last line is one JSON object.
 */
const { numbers: options, landing } = landingFromArguments({ runs: 500, seed: 1, only: -1 });
const { seed, only } = options;
const { pack, natural, objects } = landing;
const sender = process.env['RELIABILITY_SENDER'] as SenderKind | undefined;
const numbers = only >= 0 ? [only] : Array.from({ length: options.runs }, (_, number) => number);
const faults: Record<string, number> = {};
const totals = { records: 0, attempts: 0, suspect: 0, stray: 0, failedRuns: 0 };
let differences = NO_DIFFERENCES;
const started = Date.now();

await using stage = await startStage();
for (const [done, number] of numbers.entries()) {
  const result = await chaosRun(stage, seed, number, { ...landing, sender });
  differences = add(differences, result);
  for (const [kind, count] of Object.entries(result.faults)) faults[kind] = (faults[kind] ?? 0) + count;
  for (const key of ['records', 'attempts', 'suspect', 'stray'] as const) totals[key] += result[key];
  const { examples, problems } = result;
  if (!isExact(result) || problems.length > 0) {
    totals.failedRuns += 1;
    const again = `pnpm run reliability chaos --seed ${seed} --only ${number}${argumentsOf(landing)}`;
    console.log(`run ${number} of seed ${seed} failed: ${again}`);
    for (const line of [...problems, ...examples]) console.log(`  ${line}`);
    console.log(`  faults: ${JSON.stringify(result.faults)}`);
  }
  if (only >= 0) console.log(JSON.stringify(result, undefined, 2));
  if ((done + 1) % 50 === 0) console.log(`${done + 1} runs, ${Math.round((Date.now() - started) / 1000)} s`);
}
const { lost, doubled, wrong } = differences;
if (totals.failedRuns > 0) process.exitCode = 1;
const runs = numbers.length;
const seconds = Math.round((Date.now() - started) / 1000);
const how = { seed, pack, keys: natural ? 'natural' : 'place', objects };
console.log(JSON.stringify({ runs, faults, ...totals, lost, doubled, wrong, ...how, seconds }));
