import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** The simulator and the planting of faults are entries of their own: they are heavier than the rest, and Node's alone. */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig({
  ...(base as Options),
  entry: ['src/index.ts', 'src/simulation.ts', 'src/plant.ts'],
});
export default config;
