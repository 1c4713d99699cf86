import { numbersFromArguments, packFrom } from './arguments.ts';
import { isExact } from './check-table.ts';
import { killSeries } from './kill-series.ts';
import { startStage } from './stage.ts';

/**
 * Kills the process that loads one large object, again and again, then lets it finish, and checks that the table is exact
 * and little was written twice: `pnpm run kill-runs --runs 200`. `--pack N` packs N records; a kill costs two or three batches
 * of items, so give it N times the `--records` then. The last line is one JSON object.
 */
const options = numbersFromArguments({ runs: 200, records: 120_000, seed: 1, pack: 0 });
const { runs, records, seed } = options;
const pack = packFrom(options);
const started = Date.now();
await using stage = await startStage();
const result = await killSeries(stage, { kills: runs, records, seed, pack });
const { kills, written, allowed, lost, doubled, wrong, problems, examples } = result;
for (const line of [...problems, ...examples]) console.log(line);
if (!isExact(result) || problems.length > 0) process.exitCode = 1;
const ratio = Number(((written * (pack ?? 1)) / records).toFixed(3));
const seconds = Math.round((Date.now() - started) / 1000);
console.log(JSON.stringify({ kills, records, written, ratio, allowed, lost, doubled, wrong, seed, pack, seconds }));
