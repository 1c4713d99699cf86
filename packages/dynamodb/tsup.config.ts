import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** Its licence asks to go where the code goes. */
const licence = readFileSync(new URL('LICENSE-uuid.md', import.meta.url), 'utf8');

/** uuid is ESM only, so a CommonJS build that is not bundled could not load it: its functions come along. */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig({
  ...(base as Options),
  noExternal: ['uuid'],
  banner: { js: `/*! Contains functions of uuid, https://github.com/uuidjs/uuid\n\n${licence}*/` },
});
export default config;
