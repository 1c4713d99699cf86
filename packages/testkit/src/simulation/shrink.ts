import type { Scenario, WorldEvent } from './world-event.ts';

export interface ShrinkOptions {
  /** Runs at most. @default 300 */
  readonly maxRuns?: number;
}

/**
 * Removes events from a failing scenario for as long as it fails, by delta debugging (Zeller and Hildebrandt, 2002), and then
 * makes what is left smaller: fewer lines, fewer notices.
 *
 * @param fails runs a scenario and says whether it fails in the way that is looked for
 */
export async function shrink(
  scenario: Scenario,
  fails: (candidate: Scenario) => Promise<boolean>,
  { maxRuns = 300 }: ShrinkOptions = {},
): Promise<Scenario> {
  let runs = 0;
  const stillFails = async (events: readonly WorldEvent[]): Promise<boolean> => {
    runs += 1;
    return runs <= maxRuns && fails({ ...scenario, events });
  };
  let events = await fewerEvents(scenario.events, stillFails);
  for (let at = 0; at < events.length; at += 1) {
    for (const make of SMALLER) {
      const smaller = make(events[at]!);
      if (smaller === undefined) continue;
      const candidate = events.with(at, smaller);
      if (await stillFails(candidate)) events = candidate;
    }
  }
  return { ...scenario, events };
}

async function fewerEvents(
  all: readonly WorldEvent[],
  stillFails: (events: readonly WorldEvent[]) => Promise<boolean>,
): Promise<readonly WorldEvent[]> {
  let events = all;
  for (let size = Math.ceil(events.length / 2); size >= 1;) {
    let removed = false;
    for (let from = 0; from < events.length;) {
      const candidate = events.toSpliced(from, size);
      if (candidate.length < events.length && (await stillFails(candidate))) {
        events = candidate;
        removed = true;
      } else from += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!removed) break;
  }
  return events;
}

/** Ways to make one event smaller; `undefined` if it is small already. */
const SMALLER: readonly ((event: WorldEvent) => WorldEvent | undefined)[] = [
  (event) =>
    event.kind === 'put' && event.content.broken.length > 0
      ? { ...event, content: { ...event.content, broken: [] } }
      : undefined,
  (event) =>
    event.kind === 'put' && event.notices.length > 1 ? { ...event, notices: event.notices.slice(0, 1) } : undefined,
];
