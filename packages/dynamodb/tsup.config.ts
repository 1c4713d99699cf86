import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/** The two builds run side by side, and cleaning for one would take what the other has made: both overwrite their files. */
const common: Options = { ...(base as Options), clean: false };

/** The reader of packs imports nothing, so that a page can load it as it is: core's functions come along. */
const unpack: Options = {
  ...common,
  entry: ['src/unpack.ts'],
  platform: 'neutral',
  target: 'es2023',
  treeshake: true,
  noExternal: [/^@millrace\/core/],
};

const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig([common, unpack]);
export default config;
