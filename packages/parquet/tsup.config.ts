import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** Its licence asks to go where the code goes. */
const licence = readFileSync(new URL('LICENSE-hyparquet.md', import.meta.url), 'utf8');

/** hyparquet is ESM only, and Lambda cannot load that from a CommonJS build: the functions that are used come along. */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig({
  ...(base as Options),
  treeshake: true,
  noExternal: [/^hyparquet/],
  banner: { js: `/*! Contains functions of hyparquet, https://github.com/hyparam/hyparquet\n\n${licence}*/` },
});
export default config;
