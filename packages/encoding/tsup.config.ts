import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/**
 * The legacy encodings are an entry of their own, which Node finds through `imports` of package.json and which bundlers
 * leave out (docs/decisions/bundle-size.md).
 */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig({
  ...(base as Options),
  entry: ['src/index.ts', 'src/detect.ts', 'src/legacy.ts', 'src/no-charsets.ts'],
  dts: { entry: ['src/index.ts', 'src/detect.ts', 'src/legacy.ts'] },
  external: ['#legacy-charsets'],
  // The statistics of detect are letters beyond ASCII, which escapes would make twice as large.
  esbuildOptions: (options) => {
    options.charset = 'utf8';
  },
});
export default config;
