import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** The servers are programs of their own, so each is an entry beside the library; they are ESM for both builds. */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig([
  { ...(base as Options), shims: true },
  {
    ...(base as Options),
    entry: { 'children/s3': 'src/children/s3.ts', 'children/dynamodb': 'src/children/dynamodb.ts' },
    format: ['esm'],
    dts: false,
    clean: false,
  },
]);
export default config;
