import { numbersFromArguments } from './arguments.ts';
import { isExact } from './check-table.ts';
import { deadlineSeries } from './deadline-series.ts';

/**
 * Carries one large object in runs that each have a few hundred milliseconds, and checks that it is complete and exact in
 * the end: `pnpm run deadline-runs`. The last line is one JSON object.
 */
const { records, deadline } = numbersFromArguments({ records: 200_000, deadline: 500 });
const started = Date.now();
const result = await deadlineSeries({ records, deadlineMs: deadline });
const { runs, watermarks, lost, doubled, wrong, twice, problems } = result;
console.log(`watermarks: ${watermarks.join(' ')}`);
for (const problem of problems) console.log(problem);
if (!isExact(result) || twice > 0 || problems.length > 0) process.exitCode = 1;
const seconds = Math.round((Date.now() - started) / 1000);
console.log(JSON.stringify({ runs, deadlineMs: deadline, records, lost, doubled, wrong, twice, seconds }));
