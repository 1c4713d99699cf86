import { landingFromArguments } from './arguments.ts';
import { isExact } from './check-table.ts';
import { deadlineSeries } from './deadline-series.ts';

/**
 * Carries one large object in runs that each have a few hundred milliseconds, and checks that it is complete and exact in
 * the end: `pnpm run reliability deadline`. `--pack N` packs N records, `--keys natural` lands under natural keys that repeat,
 * `--objects N` shares the records among N objects of one Lambda event. The last line is one JSON object.
 */
const { numbers, landing } = landingFromArguments({ records: 200_000, deadline: 500 });
const { records, deadline } = numbers;
const { pack, natural, objects } = landing;
const started = Date.now();
const result = await deadlineSeries({ records, deadlineMs: deadline, ...landing });
const { runs, watermarks, lost, doubled, wrong, twice, problems } = result;
console.log(`watermarks: ${watermarks.join(' ')}`);
for (const problem of problems) console.log(problem);
if (!isExact(result) || twice > 0 || problems.length > 0) process.exitCode = 1;
const seconds = Math.round((Date.now() - started) / 1000);
const how = { pack, keys: natural ? 'natural' : 'place', objects };
const counts = { lost, doubled, wrong, twice, problems: problems.length };
console.log(JSON.stringify({ runs, deadlineMs: deadline, records, ...counts, ...how, seconds }));
