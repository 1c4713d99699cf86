import type { Waivers } from './steady-test-rules.ts';

/** Files that compare times, and why they hold on a machine of any speed. */
export const CLOCK: Waivers = {};

/** Files that wait for a fixed time, and why a longer or shorter wait cannot make them fail. */
export const FIXED_TIME: Waivers = {
  'packages/gzip/test/lifecycle.test.ts':
    'zlib has a thread of its own, and nothing tells that it computes no more. If the wait is too short, the test misses it.',
  'packages/local/test/lifecycle.test.ts':
    'What another process does not do sends no event. If the wait is too short, the test misses what it would find.',
};

/** Files that draw at random, and why it does not matter what they draw. */
export const CHANCE: Waivers = {
  'packages/testkit/test/simulation/scheduler.test.ts':
    'The scheduler has replaced Math.random; that it is drawn from the seed is what the test is about.',
  'packages/testkit/test/encoder-cases.test.ts': 'It is the fault that the case must find: an encoder that draws.',
  'packages/testkit/test/each-cases.test.ts': 'It is the fault that the case must find: a transform that draws.',
};
