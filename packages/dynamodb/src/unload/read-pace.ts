import { UnitBucket } from '../rate/unit-bucket.ts';

/** Share of a second's budget that one page may take, so that a small budget is used evenly. */
const SHARE_OF_A_PAGE = 0.25;

/** Items of the first page under a budget: nothing is known of their size then. */
const FIRST_ITEMS = 16;

/** No page of 1 MB holds more. */
const MOST_ITEMS = 1_000_000;

/** How fast a source reads; shared by all its segments. */
export interface ReadPace {
  /** Items that the next page may look at; `undefined` for what fits into a page of 1 MB. */
  readonly limit: () => number | undefined;
  /** Resolves once the next page may be asked for, with the units that it is expected to take. Rejects once the signal has fired. */
  readonly enter: (signal: AbortSignal) => Promise<number>;
  /** Replaces the estimate with the units and items of a page; `undefined` units if the page failed. */
  readonly answered: (expected: number, units: number | undefined, items: number) => void;
}

/** Keeps to a budget of read units a second, by what DynamoDB says that the pages before took. */
export function readPace(unitsPerSecond: number | undefined, pageItems: number | undefined): ReadPace {
  if (unitsPerSecond === undefined) return { limit: () => pageItems, enter: async () => 0, answered: () => {} };
  const bucket = new UnitBucket(unitsPerSecond);
  const mostUnits = Math.max(0.5, unitsPerSecond * SHARE_OF_A_PAGE);
  const mostItems = pageItems ?? MOST_ITEMS;
  let unitsOfItem = mostUnits / FIRST_ITEMS;
  return {
    limit: () => Math.max(1, Math.min(mostItems, MOST_ITEMS, Math.floor(mostUnits / unitsOfItem))),
    enter: async (signal) => {
      await bucket.take(mostUnits, signal);
      return mostUnits;
    },
    answered: (expected, units, items) => {
      if (units === undefined) return;
      bucket.correct(expected, units);
      if (units > 0 && items > 0) unitsOfItem = units / items;
    },
  };
}
