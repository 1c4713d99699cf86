import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Area, AREAS } from './mutants/areas.ts';
import { copyCheckout, filesOfCheckout } from './mutants/checkout.ts';
import { staleEntries } from './mutants/equivalent.ts';
import { findMutants, type Mutant } from './mutants/find-mutants.ts';
import { judgeMutants, type Tally } from './mutants/judge-mutants.ts';
import { sampleMutants } from './mutants/sample-mutants.ts';
import { createTestRunner } from './mutants/test-runner.ts';

/**
 * Changes the correctness core in small ways and checks that its tests notice: `pnpm run reliability mutants --sample 300`.
 * The sample is shared evenly by the areas. `--area run,ledger` takes only these, `--file gate.ts:25` only mutants of this
 * file, or of this line; `--seed S` draws others. Mutants are made in a copy of the checkout. The last line is one JSON object;
 * the exit code is 1 if a mutant survives that `mutants/equivalent.ts` does not list.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    sample: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    area: { type: 'string', default: AREAS.map(({ name }) => name).join(',') },
    file: { type: 'string' },
  },
});
const [count, seed] = [values.sample, values.seed].map(Number) as [number, number];
if (!Number.isSafeInteger(count) || count < 1) throw new TypeError('--sample takes a whole number from 1 on.');
if (!Number.isSafeInteger(seed)) throw new TypeError('--seed takes a whole number.');
const areas = values.area.split(',').map((wanted) => {
  const area = AREAS.find(({ name }) => name === wanted);
  if (area === undefined) throw new TypeError(`--area takes ${AREAS.map(({ name }) => name).join(', ')}.`);
  return area;
});

const files = filesOfCheckout();
const checkout = copyCheckout(files);
process.on('exit', checkout.remove);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const started = performance.now();
const tallies: Record<string, Tally> = {};
for (const [index, area] of areas.entries()) {
  const mutants = mutantsOf(area);
  for (const { file, before } of staleEntries(select(area.sources), mutants))
    console.log(`Stale in equivalent.ts: ${file}: ${before}`);
  const share = Math.floor(count / areas.length) + (index < count % areas.length ? 1 : 0);
  const sample = sampleMutants(mutants.filter(isWanted), share, seed);
  if (sample.length === 0) continue;
  console.log(`${area.name}: ${sample.length} of ${mutants.length} mutants`);
  const runner = createTestRunner(checkout.root, select(area.tests, area.without));
  try {
    await runner.start();
    tallies[area.name] = await judgeMutants(sample, runner);
  } finally {
    runner.stop();
  }
}

function mutantsOf(area: Area): readonly Mutant[] {
  return select(area.sources).flatMap((file) => findMutants(file, readFileSync(join(checkout.root, file), 'utf8')));
}

/** Files of the checkout below folders, and those that are named. A name of no file is an error: it was renamed. */
function select(names: readonly string[], without: readonly string[] = []): readonly string[] {
  return names.flatMap((name) => {
    const suffix = name.includes('/test/') ? '.test.ts' : '.ts';
    const found = files.filter(
      (file) => file === name || (name.endsWith('/') && file.startsWith(name) && file.endsWith(suffix)),
    );
    if (found.length === 0) throw new Error(`mutants/areas.ts names ${name}, and there is no such file.`);
    return found.filter((file) => !without.includes(file) && !file.endsWith('.extended.test.ts'));
  });
}

function isWanted({ file, line }: Mutant): boolean {
  const [name, number] = values.file?.split(':') ?? [];
  return (name === undefined || file.endsWith(name)) && (number === undefined || line === Number(number));
}

const survivors = Object.values(tallies).reduce((sum, { survived }) => sum + survived, 0);
if (survivors > 0) process.exitCode = 1;
console.log(
  JSON.stringify({
    sample: count,
    seed,
    areas: tallies,
    survivors,
    seconds: Math.round((performance.now() - started) / 1000),
  }),
);
