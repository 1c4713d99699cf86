import { isDeepStrictEqual } from 'node:util';
import { type Outcome, outcomeOf, type Reading, recordOf, rootOf } from './xml-events.ts';

/** How two parsers differ about a document. */
export type Difference = 'only parseXml refuses' | 'only the other refuses' | 'both accept, records differ';

/** A difference that is meant to be, and what it looks like. */
export interface KnownDifference {
  readonly what: string;
  readonly difference: Difference;
  readonly applies: (text: string, own: Outcome) => boolean;
}

/** A difference that nothing explains. */
export interface Surprise {
  readonly text: string;
  readonly difference: Difference;
  readonly own: Outcome;
}

/** Compares `parseXml` with another parser, and counts what explains their differences. */
export class Comparison {
  readonly #known: readonly KnownDifference[];
  readonly surprises: Surprise[] = [];
  readonly explained: Record<string, number>;
  accepted = 0;
  refused = 0;

  constructor(known: readonly KnownDifference[]) {
    this.#known = known;
    this.explained = Object.fromEntries(known.map(({ what }) => [what, 0]));
  }

  /** Compares one document. Returns what `parseXml` makes of it. */
  add(text: string, reading: Reading): Outcome {
    const root = reading === undefined ? 'none' : rootOf(reading);
    // The option takes no name with a byte order mark, which JavaScript counts as white space.
    const isNamed = !/\s/.test(root);
    const own = outcomeOf([text], { record: isNamed ? `/${root}` : 'none', arrays: 'all', onMissing: 'skip' });
    const difference = differenceOf(own, reading, isNamed);
    if ('records' in own) this.accepted += 1;
    else this.refused += 1;
    if (difference === undefined) return own;
    const reason = this.#known.find((known) => known.difference === difference && known.applies(text, own));
    if (reason === undefined) this.surprises.push({ text, difference, own });
    else this.explained[reason.what]! += 1;
    return own;
  }
}

function differenceOf(own: Outcome, reading: Reading, isNamed: boolean): Difference | undefined {
  if ('code' in own) return reading === undefined ? undefined : 'only parseXml refuses';
  if (reading === undefined) return 'only the other refuses';
  return !isNamed || isDeepStrictEqual(own.records, [recordOf(reading)]) ? undefined : 'both accept, records differ';
}
