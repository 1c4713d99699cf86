import { numbersFromArguments } from './arguments.ts';
import { startStage } from './stage.ts';
import { stopSeries } from './stop-series.ts';

/**
 * Pauses a process beyond its lease while it writes, again and again, lets another one carry a newer version meanwhile, and counts the
 * rows that the first one puts back: `pnpm run reliability stop --runs 100`, with `--keep-newest 1` by conditional writes. The
 * last line is one JSON object.
 */
const options = numbersFromArguments({ runs: 100, records: 600, seed: 1, 'keep-newest': 0 });
const { runs, records, seed } = options;
const keepNewest = options['keep-newest'] !== 0;
const started = Date.now();
await using stage = await startStage();
const { runs: paused, reverted, lost, early, problems } = await stopSeries(stage, { runs, records, seed, keepNewest });
for (const problem of problems) console.log(problem);
if (reverted > 0 || lost > 0 || problems.length > 0) process.exitCode = 1;
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  JSON.stringify({
    runs: paused,
    records,
    seed,
    keepNewest,
    reverted,
    lost,
    early,
    problems: problems.length,
    seconds,
  }),
);
