import { numbersFromArguments, packFrom } from './arguments.ts';
import { isExact } from './check-table.ts';
import { deadlineSeries } from './deadline-series.ts';

/**
 * Carries one large object in runs that each have a few hundred milliseconds, and checks that it is complete and exact in
 * the end: `pnpm run deadline-runs`, with `--pack N` in packs of N records. The last line is one JSON object.
 */
const options = numbersFromArguments({ records: 200_000, deadline: 500, pack: 0 });
const { records, deadline } = options;
const pack = packFrom(options);
const started = Date.now();
const result = await deadlineSeries({ records, deadlineMs: deadline, pack });
const { runs, watermarks, lost, doubled, wrong, twice, problems } = result;
console.log(`watermarks: ${watermarks.join(' ')}`);
for (const problem of problems) console.log(problem);
if (!isExact(result) || twice > 0 || problems.length > 0) process.exitCode = 1;
const seconds = Math.round((Date.now() - started) / 1000);
console.log(JSON.stringify({ runs, deadlineMs: deadline, records, lost, doubled, wrong, twice, pack, seconds }));
