import { transform } from 'esbuild';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

/**
 * Makes CommonJS of ES modules that share chunks. esbuild splits ES modules only, and tsup's own way also rewrites `??` and
 * `?.` into calls with closures, which costs time for each record.
 */
export function asCommonJs(): Plugin {
  return {
    name: 'as-commonjs',
    renderChunk: async (code, { path }) => {
      if (!path.endsWith('.cjs')) return undefined;
      const made = await transform(code, { format: 'cjs', platform: 'node', target: 'node22', sourcemap: true });
      return { code: made.code, map: made.map };
    },
  };
}
