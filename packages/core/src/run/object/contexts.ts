import type { Context, ItemContext } from '../../context.ts';
import type { ItemOrigin } from '../../origin.ts';
import type { ParserContext } from '../../parser.ts';
import { rejected } from '../../rejected.ts';
import { assertColumns } from './expectations.ts';
import type { Tally } from './tally.ts';

/** Makes what plugins see of one item's run. */
export interface Contexts {
  readonly of: (stage: string, signal: AbortSignal) => Context;
  readonly ofItem: (stage: string, signal: AbortSignal, item: ItemOrigin) => ItemContext;
  readonly ofParser: (stage: string, signal: AbortSignal, item: ItemOrigin) => ParserContext;
}

export interface ContextsOptions {
  readonly feed: string;
  readonly run: string;
  readonly tally: Tally;
  /** The parser has made a marker, which will come out of it in the place of a record. */
  readonly markerMade: () => void;
  /** Columns that each object must have, and each part of it. @default none */
  readonly required?: readonly string[] | undefined;
  /** Milliseconds for which requests may still be sent. */
  readonly timeLeftMs: () => number;
}

export function createContexts({ feed, run, tally, markerMade, required, timeLeftMs }: ContextsOptions): Contexts {
  const of: Contexts['of'] = (stage, signal) => ({
    feed,
    run,
    stage,
    signal,
    timeLeftMs,
    count: (counter, by = 1) => tally.count(stage, counter, by),
  });
  const ofItem: Contexts['ofItem'] = (stage, signal, item) => ({
    ...of(stage, signal),
    item,
    note: (name, text) => tally.note(stage, name, text),
  });
  return {
    of,
    ofItem,
    ofParser: (stage, signal, item) => ({
      ...ofItem(stage, signal, item),
      reject: (record) => {
        markerMade();
        return rejected(record);
      },
      reportColumns: (names) => {
        tally.hasColumns = true;
        if (required !== undefined) assertColumns(required, names);
      },
    }),
  };
}
