import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/**
 * Two entry points for two readers: `index` for people who compose feeds, `plugin` for those who write plugins. What both
 * need is in chunks that they share, so that a program has one copy of it, as a CommonJS program has too.
 */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig({
  ...(base as Options),
  entry: ['src/index.ts', 'src/plugin.ts'],
  splitting: true,
});
export default config;
