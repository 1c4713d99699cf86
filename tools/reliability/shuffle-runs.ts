import { landingFromArguments } from './arguments.ts';
import { add, isExact, NO_DIFFERENCES } from './check-table.ts';
import { shuffleSeries } from './shuffle-series.ts';
import { startStage } from './stage.ts';

/**
 * Delivers events several times, at once and out of order, while their objects are overwritten, with either way of treating
 * versions: `pnpm run reliability shuffle --runs 3`. `--files` and `--overwrites` say how much is written. `--pack N` packs N
 * records, if all versions are kept; `--keys natural` has records of one version share keys, if only the newest is;
 * `--objects N` puts N objects into each event. The last line is one JSON object.
 */
const { numbers, landing } = landingFromArguments({ runs: 3, files: 20, overwrites: 4, seed: 1 });
const { runs, files, overwrites, seed } = numbers;
const { pack, natural, objects } = landing;
/** Newer versions overwrite older ones by natural keys, which cannot be packed; and only then does an order say which record stays. */
const ways = (['newest', 'all'] as const).filter((way) => (way === 'newest' ? pack === undefined : !natural));
const totals = { events: 0, deliveries: 0, invocations: 0, records: 0, olderRead: 0 };
const outcomes: Record<string, number> = {};
let differences = NO_DIFFERENCES;
let problems = 0;
const started = Date.now();
await using stage = await startStage();
for (let run = 0; run < runs; run += 1) {
  for (const versions of ways) {
    const result = await shuffleSeries(stage, { versions, files, overwrites, seed: seed + run, ...landing });
    differences = add(differences, result);
    problems += result.problems.length;
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
const how = { ways, seed, pack, keys: natural ? 'natural' : 'place', objects };
console.log(JSON.stringify({ runs, ...totals, outcomes, lost, doubled, wrong, problems, ...how, seconds }));
