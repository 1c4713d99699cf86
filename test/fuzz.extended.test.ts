import { describe } from 'vitest';
import { fuzzEveryTarget } from './fuzz/every-target.ts';

/** Goes on from what `fuzz.test.ts` runs; `pnpm run fuzz` draws fresh seeds. */
describe('codecs and parsers under more damaged input', { timeout: 60_000 }, () => {
  fuzzEveryTarget({ from: 6, to: 60 });
});
