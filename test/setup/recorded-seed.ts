import { vi } from 'vitest';
import { seedParameters } from './seed-parameters.ts';

/**
 * Gives every property test the recorded seed, which fast-check prints when a property fails.
 * `MILLRACE_SEED=42` repeats that seed, `MILLRACE_SEED=random` explores. A file without properties does not load fast-check.
 */
vi.mock('fast-check', async (importOriginal) => {
  const fastCheck = await importOriginal<typeof import('fast-check')>();
  fastCheck.configureGlobal(seedParameters(process.env['MILLRACE_SEED']));
  return fastCheck;
});
