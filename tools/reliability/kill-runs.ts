import { landingFromArguments } from './arguments.ts';
import { isExact } from './check-table.ts';
import { killSeries } from './kill-series.ts';
import { startStage } from './stage.ts';

/**
 * Kills the process that loads large objects, again and again, then lets it finish, and checks that the table is exact and
 * little was written twice: `pnpm run reliability kill --runs 200`. `--records` counts those of all objects. `--pack N` packs N
 * records; a kill costs two or three batches of items, so give it N times the `--records` then. `--keys natural` lands under
 * natural keys that repeat, `--objects N` loads N objects in one run. The last line is one JSON object.
 */
const { numbers, landing } = landingFromArguments({ runs: 200, records: 120_000, seed: 1 });
const { runs, records, seed } = numbers;
const { pack, natural, objects } = landing;
const started = Date.now();
await using stage = await startStage();
const result = await killSeries(stage, { kills: runs, records, seed, ...landing });
const { kills, written, allowed, lost, doubled, wrong, problems, examples } = result;
for (const line of [...problems, ...examples]) console.log(line);
if (!isExact(result) || problems.length > 0) process.exitCode = 1;
const ratio = Number(((written * (pack ?? 1)) / records).toFixed(3));
const seconds = Math.round((Date.now() - started) / 1000);
const how = { seed, pack, keys: natural ? 'natural' : 'place', objects };
const counts = { lost, doubled, wrong, problems: problems.length };
console.log(JSON.stringify({ kills, records, written, ratio, allowed, ...counts, ...how, seconds }));
