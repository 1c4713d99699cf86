import { numbersFromArguments } from './arguments.ts';
import { isExact } from './check-table.ts';
import { killSeries } from './kill-series.ts';
import { startStage } from './stage.ts';

/**
 * Kills the process that loads one large object, again and again, then lets it finish, and checks that the table is exact
 * and little was written twice: `pnpm run kill-runs --runs 200`. The last line is one JSON object.
 */
const { runs, records, seed } = numbersFromArguments({ runs: 200, records: 120_000, seed: 1 });
const started = Date.now();
await using stage = await startStage();
const result = await killSeries(stage, { kills: runs, records, seed });
const { kills, written, allowed, lost, doubled, wrong, problems, examples } = result;
for (const line of [...problems, ...examples]) console.log(line);
if (!isExact(result) || problems.length > 0) process.exitCode = 1;
const ratio = Number((written / records).toFixed(3));
const seconds = Math.round((Date.now() - started) / 1000);
console.log(JSON.stringify({ kills, records, written, ratio, allowed, lost, doubled, wrong, seed, seconds }));
