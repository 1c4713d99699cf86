import type { ItemReport } from '@millrace/core';
import {
  type ClaimRequest,
  type HeadRecord,
  type LedgerStore,
  type VersionRecord,
  storedLedger,
} from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';

/*
 * Enumerates every order in which two claimants' requests can reach a store, with any one response lost and with leases that
 * expire between any two requests. A claimant claims, stores a checkpoint and finishes.
 */

const LEASE_MS = 100;

/** What a schedule decides at each step: which claimant's next request arrives, and what happens around it. */
interface Step {
  readonly claimant: 0 | 1;
  readonly event: 'plain' | 'lostResponse' | 'almostExpires' | 'leaseExpires';
}

const EVENTS = ['plain', 'lostResponse', 'almostExpires', 'leaseExpires'] as const;

interface World {
  head: HeadRecord | undefined;
  readonly versions: Map<string, VersionRecord>;
  now: number;
}

/** A call that waits for its turn in the schedule. */
interface Waiting {
  readonly go: (lost: boolean) => void;
}

interface Told {
  /** Every response so far. A claimant's state is a function of them. */
  readonly responses: unknown[];
  /** When the claimant may write: from the answer to its claim until its lease is over, counted from when it asked. */
  readonly held: { from: number; until: number; sequencer: string; generation: number | undefined }[];
  outcome: string;
  finished: boolean;
}

function requestOf(claimant: 0 | 1, sequencer: string): ClaimRequest {
  return {
    feed: 'f',
    object: 'o',
    origin: { id: `o@${sequencer}`, uri: 'o' },
    sequencer,
    claimId: `claimant-${claimant}`,
    leaseMs: LEASE_MS,
    versions: 'newest',
  };
}

function reportOf(request: ClaimRequest): ItemReport {
  const counts = {
    read: 1,
    expanded: 0,
    written: 1,
    rejected: 0,
    dropped: 0,
    skipped: 0,
    unsettled: 0,
    bytesIn: 0,
    bytesDecoded: 0,
  };
  const rest = { watermark: 1, rejections: {}, counters: {}, startedAt: '2026-01-01T00:00:00.000Z', durationMs: 1 };
  return { feed: 'f', run: request.claimId, ref: 'o', outcome: 'complete', ...counts, ...rest };
}

/** A store whose every call waits until the schedule lets it through. A lost response has taken effect all the same. */
function gatedStore(world: World, queue: Waiting[], responses: unknown[]): LedgerStore {
  const call = <T>(effect: () => T, verify: (result: T) => T): Promise<T> =>
    new Promise((resolve) => {
      queue.push({
        go: (lost) => {
          const result = effect();
          // A store resolves a lost response by reading back what is in place.
          const response = lost ? verify(result) : result;
          responses.push(response);
          resolve(response);
        },
      });
    });
  return {
    name: 'gated',
    read: (at) =>
      call(
        () => ({ head: world.head, version: world.versions.get(at.version) }),
        () => ({ head: world.head, version: world.versions.get(at.version) }),
      ),
    writeHead: (_, head, seen) =>
      call(
        () => {
          if (world.head?.stamp !== seen) return false;
          world.head = head;
          return true;
        },
        () => world.head?.stamp === head.stamp,
      ),
    writeVersion: (at, version, seen) =>
      call(
        () => {
          if (world.versions.get(at.version)?.stamp !== seen) return false;
          world.versions.set(at.version, version);
          return true;
        },
        () => world.versions.get(at.version)?.stamp === version.stamp,
      ),
    versions: (_feed, _object) =>
      call(
        () => [...world.versions.values()],
        (all) => all,
      ),
  };
}

/** One claimant: claims, renews once, finishes. It stops by itself when its lease is over by the clock. */
async function claimant(store: LedgerStore, world: World, request: ClaimRequest, told: Told): Promise<void> {
  const ledger = storedLedger(store, () => world.now);
  const asked = world.now;
  const answer = await ledger.claim(request);
  told.outcome = answer.outcome;
  if (answer.outcome !== 'granted') return;
  const hold = {
    from: world.now,
    until: asked + LEASE_MS,
    sequencer: request.sequencer!,
    generation: answer.generation,
  };
  told.held.push(hold);
  try {
    const renewed = world.now;
    await ledger.checkpoint(request, { watermark: 1, rejected: 0 });
    hold.until = renewed + LEASE_MS;
    await ledger.finish(request, { watermark: 1, rejected: 0 }, reportOf(request));
    told.finished = true;
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'LEDGER_LEASE_LOST' });
    told.outcome = 'lost';
  }
  hold.until = Math.min(hold.until, world.now);
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Outcome {
  readonly told: readonly [Told, Told];
  readonly world: World;
  /** Requests that could have been next at the end of the schedule; empty if both claimants are done. */
  readonly open: readonly (0 | 1)[];
}

async function play(
  sequencers: readonly [string, string],
  schedule: readonly Step[],
  finish: boolean,
): Promise<Outcome> {
  const world: World = { head: undefined, versions: new Map(), now: 1_000_000 };
  const queues: [Waiting[], Waiting[]] = [[], []];
  const told: [Told, Told] = [0, 1].map(() => ({
    responses: [],
    held: [],
    outcome: '',
    finished: false,
  })) as unknown as [Told, Told];
  const running = ([0, 1] as const).map((who) =>
    claimant(gatedStore(world, queues[who], told[who].responses), world, requestOf(who, sequencers[who]), told[who]),
  );
  const step = async ({ claimant: who, event }: Step): Promise<void> => {
    await tick();
    const next = queues[who].shift();
    if (next === undefined) return;
    if (event === 'almostExpires') world.now += LEASE_MS - 20;
    if (event === 'leaseExpires') world.now += LEASE_MS + 1;
    world.now += 1;
    next.go(event === 'lostResponse');
    await tick();
  };
  for (const each of schedule) await step(each);
  const open = ([0, 1] as const).filter((who) => queues[who].length > 0);
  if (finish) {
    for (let rounds = 0; rounds < 200 && queues.some(({ length }) => length > 0); rounds += 1)
      await step({ claimant: queues[0].length > 0 ? 0 : 1, event: 'plain' });
    await Promise.all(running);
  }
  return { told, world, open };
}

function check({ told, world }: Outcome, label: string): void {
  const [one, two] = told;
  // Never two holders at once, each by its own clock (there is one clock here, so there is no skew).
  for (const left of one.held) {
    for (const right of two.held) {
      const apart = Math.min(left.until, right.until) <= Math.max(left.from, right.from);
      expect(apart, `${label}: both held at once: ${JSON.stringify([left, right])}`).toBe(true);
      if (left.generation !== right.generation || left.sequencer === right.sequencer) continue;
      expect.fail(`${label}: two versions were granted in one generation`);
    }
  }
  // A finished version is complete for good, and an entry that says so belongs to a claimant that was granted.
  for (const version of world.versions.values()) {
    if (version.state !== 'complete') continue;
    expect(
      [one, two].some(({ held }) => held.length > 0),
      `${label}: complete without a grant`,
    ).toBe(true);
    expect(version.leaseUntil, label).toBe(0);
  }
  for (const each of told)
    if (each.finished)
      expect(
        [...world.versions.values()].some(({ state }) => state === 'complete'),
        label,
      ).toBe(true);
}

/**
 * Walks all schedules: a state is what the store holds and what both claimants have been told, and its successors are the
 * requests that can arrive next. At most `special` of a schedule's steps are other than plain.
 */
async function explore(
  sequencers: readonly [string, string],
  special: number,
): Promise<{ readonly ends: number; readonly states: number }> {
  const seen = new Map<string, number>();
  let ends = 0;
  const walk = async (prefix: readonly Step[], left: number): Promise<void> => {
    const { open, world, told } = await play(sequencers, prefix, false);
    const key = stateKey(world, told);
    if ((seen.get(key) ?? -1) >= left) return;
    seen.set(key, left);
    if (open.length === 0) {
      ends += 1;
      check(await play(sequencers, prefix, true), prefix.map((step) => `${step.claimant}${step.event[0]}`).join(' '));
      return;
    }
    for (const who of open) {
      for (const event of EVENTS) {
        if (event !== 'plain' && left === 0) continue;
        await walk([...prefix, { claimant: who, event }], event === 'plain' ? left : left - 1);
      }
    }
  };
  await walk([], special);
  return { ends, states: seen.size };
}

/** Stamps are random, but a record's content and time tell it from any other. No decision looks at the time of the first claim. */
function stateKey(world: World, told: readonly Told[]): string {
  const { head, versions, now } = world;
  return JSON.stringify(
    [head, [...versions.values()], told.map(({ responses }) => responses), now],
    (name, value: unknown) => (name === 'stamp' || name === 'firstClaimedAt' ? undefined : value),
  );
}

describe('every interleaving of two claimants', () => {
  it.each<[string, string, number]>([
    ['0a', '0a', 1],
    ['0a', '0b', 1],
    ['0b', '0a', 1],
  ])(
    'of %s and %s, with %i lost responses or expired leases, never grants both at once',
    async (one, two, special) => {
      expect(await explore([one, two], special)).toMatchSnapshot();
    },
    120_000,
  );
});
