import { checkExpectations, joinExpectations } from '../expectations.ts';
import type { Feed } from '../feed.ts';
import type { RunOptions } from '../run-options.ts';
import { checkRunOptions } from './check-run-options.ts';
import { retirable } from './retire/retirable.ts';

/**
 * Checks whether a feed can run with these options, as `feed.run` and `feed.openRun` do at their start. It begins nothing. For
 * carriers, such as Lambda handlers, whose options should be refused when the program starts and not with its first object.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`, `RETIRE_UNSUPPORTED`
 * @example
 * checkRun(prices, { ledger, versions: 'replace' });
 */
export function checkRun<Ref>(feed: Feed<Ref>, options: RunOptions = {}): void {
  checkRunOptions(options);
  checkExpectations('run', joinExpectations(feed.expect, options.expect), feed.stages.parser);
  if (options.versions === 'replace') retirable(feed, options.ledger!);
}
