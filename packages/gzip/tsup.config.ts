import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';

/**
 * fflate's engine is a file of its own, which Node finds through `imports` of package.json and which bundlers for Node
 * leave out (docs/decisions/bundle-size.md). So are bzip2, tar and zip, which only those who use them should carry.
 */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig({
  ...(base as Options),
  entry: [
    'src/index.ts',
    'src/bzip2.ts',
    'src/tar.ts',
    'src/zip.ts',
    'src/fflate-engine.ts',
    'src/no-fflate-engine.ts',
  ],
  dts: { entry: ['src/index.ts', 'src/bzip2.ts', 'src/tar.ts', 'src/zip.ts'] },
  external: ['#fflate-engine'],
});
export default config;
