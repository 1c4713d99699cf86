import { defineConfig, type Options } from 'tsup';

/** The one build of every package: ESM and CJS with types, for Node 22 (docs/decisions says why both). */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'node22',
  platform: 'node',
  dts: true,
  clean: true,
  sourcemap: true,
  splitting: false,
  treeshake: false,
});
export default config;
