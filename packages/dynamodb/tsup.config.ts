import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** Its licence asks to go where the code goes. */
const licence = readFileSync(new URL('LICENSE-uuid.md', import.meta.url), 'utf8');

/** The two builds run side by side, and cleaning for one would take what the other has made: both overwrite their files. */
const common: Options = { ...(base as Options), clean: false };

/** uuid is ESM only, so a CommonJS build that is not bundled could not load it: its functions come along. */
const main: Options = {
  ...common,
  noExternal: ['uuid'],
  banner: { js: `/*! Contains functions of uuid, https://github.com/uuidjs/uuid\n\n${licence}*/` },
};

/** The reader of packs imports nothing, so that a page can load it as it is: core's error comes along. */
const unpack: Options = {
  ...common,
  entry: ['src/unpack.ts'],
  platform: 'neutral',
  target: 'es2023',
  treeshake: true,
  noExternal: ['@millrace/core'],
};

const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig([main, unpack]);
export default config;
