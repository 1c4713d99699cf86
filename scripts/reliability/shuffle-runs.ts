import { numbersFromArguments, packFrom } from './arguments.ts';
import { add, isExact, NO_DIFFERENCES } from './check-table.ts';
import { shuffleSeries } from './shuffle-series.ts';
import { startStage } from './stage.ts';

/**
 * Delivers events several times, at once and out of order, while their objects are overwritten, with either way of treating
 * versions: `pnpm run shuffle-runs --runs 3`; with `--pack N` packs of N records, where all versions are kept. The last line is one JSON object.
 */
const options = numbersFromArguments({ runs: 3, objects: 20, overwrites: 4, seed: 1, pack: 0 });
const { runs, objects, overwrites, seed } = options;
const pack = packFrom(options);
/** Newer versions overwrite older ones by natural keys, which cannot be packed. */
const ways = pack === undefined ? (['newest', 'all'] as const) : (['all'] as const);
const totals = { events: 0, deliveries: 0, invocations: 0, records: 0, olderRead: 0 };
const outcomes: Record<string, number> = {};
let differences = NO_DIFFERENCES;
const started = Date.now();
await using stage = await startStage();
for (let run = 0; run < runs; run += 1) {
  for (const versions of ways) {
    const result = await shuffleSeries(stage, { versions, objects, overwrites, seed: seed + run, pack });
    differences = add(differences, result);
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += result[key];
    for (const [outcome, count] of Object.entries(result.outcomes))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
    console.log(`${versions}, seed ${seed + run}: ${JSON.stringify(result.outcomes)}`);
    for (const line of [...result.problems, ...result.examples]) console.log(`  ${line}`);
    if (!isExact(result) || result.problems.length > 0) process.exitCode = 1;
  }
}
const { lost, doubled, wrong } = differences;
const seconds = Math.round((Date.now() - started) / 1000);
console.log(JSON.stringify({ runs, ...totals, outcomes, lost, doubled, wrong, seed, pack, seconds }));
