import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** uuid is ESM only, so a CommonJS build that is not bundled could not load it: its two functions come along. */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig({
  ...(base as Options),
  noExternal: ['uuid'],
});
export default config;
