import type { Entry, LandingOptions } from '@millrace/core/plugin';
import { landingItem } from '../../src/index.ts';
import { recordContext } from './write.ts';

/** Entries of landed records at ordinals 0, 1, …, as the runner would hand them to a sink. */
export function landedEntries(
  values: readonly unknown[],
  options: LandingOptions<unknown> = {},
  first = 0,
): readonly Entry<never>[] {
  const landing = landingItem(options);
  return values.map((value, index) => {
    const context = recordContext(first + index);
    return { ...context, value: landing.apply(value, context) as never };
  });
}

export const sinkContext = {
  feed: 'prices',
  run: 'run',
  stage: 'dynamodb',
  signal: new AbortController().signal,
  count: (): void => {},
};
