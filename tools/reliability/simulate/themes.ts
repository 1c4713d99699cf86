import type { Chance, ObjectContent, Scenario, WorldEvent } from '@millrace/testkit/simulation';

/** Adds to a drawn history a chain of events that chance alone would seldom bring together. */
export type Theme = (scenario: Scenario, chance: Chance) => Scenario;

/** The object that a theme is about; no other event concerns it. */
const OBJECT = 'theme';

function content(chance: Chance, version: number, more: Partial<ObjectContent> = {}): ObjectContent {
  const lines = chance.pick([30, 60, 90]);
  return { object: OBJECT, version, lines, keys: lines, broken: [], odd: [], ...more };
}

/** A process stops in the midst of its writes for longer than its lease; a newer version arrives; it goes on. */
const zombie: Theme = ({ settings, events, ...rest }, chance) => {
  const at = chance.integer(70_000, 100_000);
  const lines = chance.pick([60, 90]);
  const more = { lines, keys: lines };
  const chain: WorldEvent[] = [
    { at, kind: 'put', content: content(chance, 0, more), notices: [500] },
    {
      at,
      kind: 'halt',
      how: chance.happens(0.7) ? 'stop' : 'suspend',
      ms: chance.pick([12_000, 30_000]),
      request: {
        service: chance.pick(['table', 'table', 'ledger']),
        count: chance.integer(1, 6),
        moment: chance.pick(['before', 'after']),
      },
    },
    { at: at + 4000, kind: 'put', content: content(chance, 1, more), notices: [500] },
  ];
  const keepNewest = chance.happens(0.5);
  const options = {
    ...settings.options,
    keys: 'natural',
    pack: 0,
    leaseMs: 3000,
    versions: 'newest',
    objects: 1,
    keepNewest,
  };
  const queue = { ...settings.queue, visibilityMs: 15_000, maxReceives: 8 };
  const lambda = { timeoutMs: 60_000, concurrency: 3 };
  const bucket = { ...settings.bucket, versioned: true, etags: 'strong' as const };
  return {
    ...rest,
    events: [...events, ...chain],
    settings: { ...settings, bucket, queue, lambda, carrier: 'sqs', options },
  };
};

/** Records of an older version are rejected, a newer one is delivered, the schema is loosened, and a person replays. */
const lateReplay: Theme = ({ settings, events, ...rest }, chance) => {
  const at = chance.integer(10_000, 60_000);
  const odd = [chance.integer(0, 9), chance.integer(10, 19)];
  const chain: WorldEvent[] = [
    { at, kind: 'put', content: content(chance, 0, { odd }), notices: [500] },
    {
      at: at + 20_000,
      kind: 'put',
      content: content(chance, 1, { odd: chance.happens(0.5) ? [] : [odd[0]!] }),
      notices: [500],
    },
    { at: at + 40_000, kind: 'deploy', variant: 2 },
    { at: at + 41_000, kind: 'operate', task: 'replay' },
  ];
  const kept = events.filter(({ kind }) => kind !== 'deploy');
  const options = {
    ...settings.options,
    keys: chance.pick(['natural', 'place']),
    pack: 0,
    versions: 'newest',
    keepNewest: false,
  };
  return { ...rest, events: [...kept, ...chain], settings: { ...settings, options } };
};

/** An object is sent again with fewer or other records, and its version before may have failed midway: nothing of it may stay. */
const replaced: Theme = ({ settings, events, ...rest }, chance) => {
  const at = chance.integer(5000, 60_000);
  const [long, short] = [chance.pick([60, 90]), chance.pick([12, 30])];
  const truncated = chance.happens(0.5);
  const lines = truncated ? [short, long] : [long, short];
  const chain: WorldEvent[] = [
    { at, kind: 'put', content: content(chance, 0, { lines: lines[0]!, keys: lines[0]! }), notices: [500] },
    {
      at: at + 5000,
      kind: 'put',
      content: content(chance, 1, { lines: lines[1]!, keys: lines[1]! }),
      notices: [chance.pick([500, 20_000])],
    },
    { at: at + 60_000, kind: 'operate', task: chance.pick(['purge', 'run', 'reconcile']) },
  ];
  if (chance.happens(0.6)) {
    const moment = chance.pick(['before', 'after'] as const);
    const request = { service: 'table', count: chance.integer(2, 8), moment } as const;
    chain.push({ at: at + chance.pick([0, 5000]), kind: 'kill', request });
  }
  const options = { ...settings.options, versions: 'replace', writes: chance.integer(1, 3) };
  return { ...rest, events: [...events, ...chain], settings: { ...settings, options } };
};

/** A run dies in the midst of an object, and the next one parses it differently. */
const redeploy: Theme = ({ settings, seed }, chance) => {
  const at = chance.integer(5000, 60_000);
  const events: WorldEvent[] = [
    { at, kind: 'put', content: content(chance, 0), notices: [500] },
    {
      at,
      kind: 'kill',
      request: { service: chance.pick(['ledger', 'ledger', 'table']), count: chance.integer(2, 9), moment: 'after' },
    },
    { at: at + 4000, kind: 'deploy', variant: 1 },
  ];
  const options = { ...settings.options, leaseMs: 3000, checkpointRecords: 5, writes: 1, pack: 0 };
  const queue = { ...settings.queue, visibilityMs: 15_000, maxReceives: 8 };
  const bucket = { ...settings.bucket, etags: 'strong' as const };
  return { seed, events, settings: { ...settings, queue, bucket, carrier: 'sqs', options } };
};

/** A table is throttled for longer than the sink tries. */
const throttled: Theme = ({ settings, events, ...rest }, chance) => {
  const at = chance.integer(0, 60_000);
  const chain: WorldEvent[] = [
    { at, kind: 'outage', service: 'table', fault: 'throttle', ms: 90_000 },
    { at: at + 100, kind: 'put', content: content(chance, 0), notices: [500] },
  ];
  const lambda = { ...settings.lambda, timeoutMs: 60_000 };
  return { ...rest, events: [...events, ...chain], settings: { ...settings, lambda } };
};

/** An object is gone, or replaced, before its event is processed. */
const gone: Theme = ({ events, ...rest }, chance) => {
  const at = chance.integer(0, 60_000);
  const chain: WorldEvent[] = [
    { at, kind: 'put', content: content(chance, 0), notices: [5000] },
    { at: at + 2000, kind: 'remove', object: OBJECT },
  ];
  return { ...rest, events: [...events, ...chain] };
};

/** One object makes the destination refuse every write that it shares with others. */
const poison: Theme = ({ settings, seed }, chance) => {
  const small = (object: string, at: number, more: Partial<ObjectContent>): WorldEvent => ({
    at,
    kind: 'put',
    content: { object, version: 0, lines: 4, keys: 4, broken: [], odd: [], ...more },
    notices: [500],
  });
  const at = chance.integer(0, 5000);
  const others = Array.from({ length: chance.integer(1, 4) }, (_, index) => small(`beside${index}`, at, {}));
  const options = { ...settings.options, calm: true, objects: 3, pack: 0, versions: 'newest' };
  const queue = { ...settings.queue, batchSize: 5 };
  const lambda = { timeoutMs: 60_000, concurrency: 1 };
  const chain = [...others, small(OBJECT, at, { poison: true })];
  return { seed, events: chain, settings: { ...settings, queue, lambda, carrier: 'sqs', options } };
};

/** An object of which nothing can be understood. */
const nonsense: Theme = ({ events, ...rest }, chance) => {
  const lines = chance.pick([1, 5, 40]);
  const broken = Array.from({ length: lines }, (_, line) => line);
  const content_ = { object: OBJECT, version: 0, lines, keys: lines, broken, odd: [] };
  return {
    ...rest,
    events: [...events, { at: chance.integer(0, 60_000), kind: 'put', content: content_, notices: [500] }],
  };
};

/** An object that takes longer than an invocation, handed over by `continueWith`. */
const slow: Theme = ({ settings, ...rest }, chance) => {
  const lines = 90;
  const content_ = { object: OBJECT, version: 0, lines, keys: lines, broken: [], odd: [] };
  const bucket = { ...settings.bucket, slowMs: chance.pick([150, 400]) };
  const lambda = { timeoutMs: 6000, concurrency: 1 };
  const options = { ...settings.options, continueWith: true, objects: 1 };
  const events: WorldEvent[] = [{ at: 0, kind: 'put', content: content_, notices: [500] }];
  return { ...rest, events, settings: { ...settings, bucket, lambda, carrier: 'sqs', options } };
};

export const THEMES: readonly Theme[] = [
  zombie,
  zombie,
  zombie,
  lateReplay,
  lateReplay,
  redeploy,
  redeploy,
  replaced,
  replaced,
  throttled,
  gone,
  gone,
  poison,
  nonsense,
  slow,
];
