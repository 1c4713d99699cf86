import type { Engine } from './engine.ts';

/** What takes the place of fflate's engine in a bundle for Node, which has `node:zlib` (docs/decisions/bundle-size.md). */
export function fflateEngine(): Engine | undefined {
  return undefined;
}
