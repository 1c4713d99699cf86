import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';
import { asCommonJs } from '../../tsup.commonjs.ts';

/**
 * Entry points for three readers: `index` for people who compose feeds, `plugin` for those who write plugins, `operate` for those
 * who look after feeds that run. What they all need is in chunks that they share, so that a program has one copy of it, in CommonJS as well.
 */
const shared: Options = {
  ...(base as Options),
  entry: ['src/index.ts', 'src/plugin.ts', 'src/operate.ts'],
  format: ['esm'],
  dts: false,
  splitting: true,
  // The builds run side by side, and cleaning for one would remove what the others have made.
  clean: false,
  esbuildOptions: (options) => {
    options.chunkNames = 'shared-[hash]';
  },
};

const commonJs: Options = {
  ...shared,
  outExtension: () => ({ js: '.cjs' }),
  plugins: [asCommonJs()],
};

const types: Options = { ...shared, format: ['esm', 'cjs'], dts: { only: true } };

const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig(() => {
  rmSync(fileURLToPath(new URL('./dist', import.meta.url)), { recursive: true, force: true });
  return [shared, commonJs, types];
});
export default config;
