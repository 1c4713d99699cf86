import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** Its licence asks to go where the code goes. */
const licence = readFileSync(new URL('LICENSE-uuid.md', import.meta.url), 'utf8');

const common = base as Options;

/** uuid is ESM only, so a CommonJS build that is not bundled could not load it: its functions come along. */
const main: Options = {
  ...common,
  clean: ['dist/index.*'],
  noExternal: ['uuid'],
  banner: { js: `/*! Contains functions of uuid, https://github.com/uuidjs/uuid\n\n${licence}*/` },
};

/** The reader of packs imports nothing, so that a page can load it as it is: core's error comes along. */
const unpack: Options = {
  ...common,
  entry: ['src/unpack.ts'],
  clean: ['dist/unpack.*'],
  platform: 'neutral',
  target: 'es2023',
  treeshake: true,
  noExternal: ['@millrace/core'],
};

const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig([main, unpack]);
export default config;
