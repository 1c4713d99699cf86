import { memoryLedger } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import {
  type FeedHandlerOptions,
  routes,
  type RouteTable,
  toMapHandler,
  toS3BatchHandler,
  toS3Handler,
  toSqsHandler,
} from '../src/index.ts';
import { textFeed } from './text-feed.ts';

type Target = Parameters<typeof toS3Handler>[0];

const makers: readonly (readonly [string, (target: Target, options: FeedHandlerOptions) => unknown])[] = [
  ['toS3Handler', toS3Handler],
  ['toSqsHandler', (target, options) => toSqsHandler(target as RouteTable, options)],
  ['toMapHandler', toMapHandler],
  ['toS3BatchHandler', toS3BatchHandler],
];

describe.each(makers)('%s refuses when it is made', (_, make) => {
  // It does not land its records, so the rows of an earlier version cannot be found again.
  const { feed } = textFeed({});
  const ledger = memoryLedger();
  const refusal = (code: string) => expect.objectContaining({ code }) as Error;

  it("a feed whose rows cannot be retired, with versions: 'replace'", () => {
    expect(() => make(feed, { ledger, versions: 'replace' })).toThrow(refusal('RETIRE_UNSUPPORTED'));
    expect(() => make(feed, { versions: 'replace' })).toThrow(refusal('OPTION_INVALID'));
    expect(() => make(feed, { ledger, versions: 'newest' })).not.toThrow();
  });

  it('such a feed among the routes, also as the one for the rest', () => {
    const options = { ledger, versions: 'replace' } as const;
    const routed = routes([{ prefix: 'a/', feed }], { unmatched: 'ignore' });
    expect(() => make(routed, options)).toThrow(refusal('RETIRE_UNSUPPORTED'));
    const [{ feed: other }] = [textFeed({})];
    const table = routes([{ prefix: 'a/', feed: other }], { unmatched: feed });
    expect(table.feeds).toEqual([other, feed]);
    expect(() => make(table, { ledger })).not.toThrow();
    expect(() => make({ feedsFor: () => [feed] }, options)).not.toThrow();
  });
});
