import { parseArgs } from 'node:util';
import { explainSeed } from './simulate/explain-seed.ts';
import { findPlants } from './simulate/find-plants.ts';
import { PLANTS } from './simulate/plants.ts';
import { runSeeds } from './simulate/run-seeds.ts';

/**
 * Simulates the deployed system: `pnpm run reliability simulate --seeds 10000`. `--from` is the first seed, `--workers` how many
 * seeds run at once. `--seed S` runs one seed, and shrinks and prints its history if it fails. `--plant NAME`, or `--plant all`,
 * puts known faults back and reports how many seeds find them. The last line is one JSON object.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string' },
    plant: { type: 'string' },
  },
});
const numbers = { seeds: Number(values.seeds), from: Number(values.from), workers: Number(values.workers) };
for (const [name, value] of Object.entries(numbers)) {
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`--${name} takes a whole number from 1 on.`);
}

if (values.plant !== undefined) {
  const plants = values.plant === 'all' ? PLANTS : PLANTS.filter(({ name }) => name === values.plant);
  if (plants.length === 0)
    throw new TypeError(`--plant takes all, or one of ${PLANTS.map(({ name }) => name).join(', ')}.`);
  const found = await findPlants(plants, numbers);
  if (found.some(({ seed }) => seed === undefined)) process.exitCode = 1;
  console.log(JSON.stringify({ plants: found }));
} else if (values.seed === undefined) {
  const result = await runSeeds(numbers);
  if (result.failed > 0) process.exitCode = 1;
  console.log(JSON.stringify(result));
} else {
  const result = await explainSeed(values.seed);
  if (result.violations.length > 0) process.exitCode = 1;
  console.log(JSON.stringify(result));
}
