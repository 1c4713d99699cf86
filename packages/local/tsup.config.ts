import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** The servers are programs of their own, so each is built beside the library; they are ESM for both of its formats. */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig([
  {
    ...(base as Options),
    clean: ['!children/**'],
    // start-child.ts uses __filename where there is no import.meta.
    esbuildOptions: (options) => {
      options.logOverride = { 'empty-import-meta': 'silent' };
    },
  },
  {
    ...(base as Options),
    entry: ['src/children/s3.ts', 'src/children/dynamodb.ts'],
    outDir: 'dist/children',
    format: ['esm'],
    dts: false,
  },
]);
export default config;
