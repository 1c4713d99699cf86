import type {
  BucketFault,
  NetworkFault,
  TableFault,
  Chance,
  ObjectContent,
  OperatorTask,
  RequestMark,
  Scenario,
  WorldEvent,
  WorldSettings,
} from '@millrace/testkit/simulation';
import { THEMES } from './themes.ts';

/** Choices of the deployment for one history. */
export interface LandingOptions {
  readonly keys: 'natural' | 'place';
  readonly fanOut: boolean;
  /** Records of a pack; 0 for single items. */
  readonly pack: number;
  /** Writes in flight. */
  readonly writes: number;
  /** Objects at once. */
  readonly objects: number;
  readonly leaseMs: number;
  readonly checkpointRecords: number;
  readonly versions: 'newest' | 'all' | 'replace';
  readonly continueWith: boolean;
  /** Writes on the condition that no newer version has written: for natural keys. */
  readonly keepNewest: boolean;
  /** Records hold values that JSON does not have. */
  readonly exotic: boolean;
  /** What to do about an object that is not there any more. */
  readonly missing: 'fail' | 'skip';
  /** Records that an object has at least. */
  readonly leastRecords: number;
  /** Ratio of its records that may be rejected. */
  readonly rejectedRatio: number;
}

/** When the last event of a history happens at the latest, in milliseconds. */
const SPAN_MS = 120_000;

const TABLE_FAULTS: readonly (NetworkFault | TableFault)[] = [
  'unprocessed',
  'throttle',
  'unavailable',
  'lose-request',
  'lose-response',
  'silence',
  'delay',
  'refuse',
];
const ODD_TABLE_FAULTS: readonly TableFault[] = ['empty-object', 'null', 'list', 'page', 'no-content', 'empty', 'crc'];
const STORE_FAULTS: readonly (NetworkFault | BucketFault)[] = [
  'unavailable',
  'break',
  'stall',
  'lose-request',
  'lose-response',
  'delay',
  'refuse',
];
const ODD_STORE_FAULTS: readonly BucketFault[] = ['short', 'other-range', 'page', 'flip'];
const LINK_FAULTS: readonly NetworkFault[] = ['lose-request', 'lose-response', 'silence', 'delay', 'refuse'];

/** Draws a history for the landing deployment. */
export function landingScenario(seed: string, chance: Chance): Scenario {
  const drawn = drawOptions(chance);
  const settings = drawSettings(chance);
  // What is overwritten before it is read is lost to a feed that wants every version.
  const options: LandingOptions =
    settings.bucket.versioned || drawn.versions === 'replace' ? drawn : { ...drawn, versions: 'newest' };
  const puts = drawPuts(chance, options, settings);
  const events = [...puts, ...drawTrouble(chance), ...drawPeople(chance, puts, options)];
  const scenario = { seed, settings: { ...settings, options: { ...options } }, events };
  const themed = chance.happens(0.35) ? chance.pick(THEMES)(scenario, chance) : scenario;
  const network = networkFor(themed);
  return {
    ...themed,
    settings: { ...themed.settings, network, options: { ...themed.settings.options, ...drawExpectations(chance) } },
    events: themed.events.toSorted((a, b) => a.at - b.at),
  };
}

/**
 * Within its margin, a lease protects a table that takes every write; a table that compares versions needs no margin, unless two
 * attempts at one version write different records under one key: both have its generation.
 */
function networkFor({ settings, events }: Scenario): WorldSettings['network'] {
  const { keys, keepNewest, versions, calm } = settings.options;
  const isOneRecordOfAKey = events.every(
    (event) => event.kind !== 'deploy' && (event.kind !== 'put' || event.content.keys >= event.content.lines),
  );
  const steady = calm === true ? { steadyMs: 5 } : {};
  // A late request of an earlier version would bring back a row that a newer one has retired.
  return versions === 'replace' || (keys === 'natural' && !(keepNewest === true && isOneRecordOfAKey))
    ? { haltsBeforeSocket: false, longestDelayMs: 150, ...steady }
    : { haltsBeforeSocket: true, longestDelayMs: 4000, ...steady };
}

function drawOptions(chance: Chance): LandingOptions {
  const keys = chance.happens(0.6) ? 'natural' : 'place';
  const exotic = chance.happens(0.2);
  return {
    keys,
    fanOut: chance.happens(0.2),
    pack: keys === 'place' && !exotic && chance.happens(0.3) ? chance.pick([2, 5, 10]) : 0,
    writes: chance.integer(1, 4),
    objects: chance.integer(1, 3),
    leaseMs: chance.pick([3000, 10_000, 60_000]),
    checkpointRecords: chance.pick([1, 5, 25]),
    versions: drawVersions(chance, keys),
    continueWith: chance.happens(0.3),
    missing: chance.pick(['fail', 'skip']),
    exotic,
    keepNewest: keys === 'natural' && chance.happens(0.3),
    leastRecords: 1,
    rejectedRatio: 1,
  };
}

/** Drawn last, so that what a seed draws besides does not depend on it. */
function drawExpectations(chance: Chance): Pick<LandingOptions, 'leastRecords' | 'rejectedRatio'> {
  return {
    leastRecords: chance.happens(0.25) ? chance.pick([6, 13, 27]) : 1,
    rejectedRatio: chance.happens(0.25) ? chance.pick([0, 0.05, 0.1]) : 1,
  };
}

function drawVersions(chance: Chance, keys: LandingOptions['keys']): LandingOptions['versions'] {
  if (chance.happens(0.2)) return 'replace';
  return keys === 'place' && chance.happens(0.2) ? 'all' : 'newest';
}

function drawSettings(chance: Chance): WorldSettings {
  const versioned = chance.happens(0.4);
  return {
    bucket: {
      versioned,
      etags: versioned || chance.happens(0.8) ? 'strong' : chance.pick(['weak', 'none']),
      checksums: chance.happens(0.5),
    },
    queue: {
      visibilityMs: chance.pick([15_000, 60_000, 180_000]),
      maxReceives: chance.integer(3, 8),
      batchSize: chance.integer(1, 5),
    },
    lambda: { timeoutMs: chance.pick([6000, 20_000, 60_000]), concurrency: chance.integer(1, 3) },
    carrier: chance.happens(0.8) ? 'sqs' : 'async',
    clockOffsetMs: chance.pick([0, 0, 50]),
    network: { haltsBeforeSocket: false, longestDelayMs: 150 },
    options: {},
  };
}

function drawPuts(
  chance: Chance,
  { keys }: LandingOptions,
  { bucket }: WorldSettings,
): readonly Extract<WorldEvent, { kind: 'put' }>[] {
  const puts: Extract<WorldEvent, { kind: 'put' }>[] = [];
  const objects = chance.integer(1, 3);
  for (let object = 0; object < objects; object += 1) {
    let at = chance.integer(0, 20_000);
    const writes = chance.pick([1, 1, 2, 2, 3]);
    for (let version = 0; version < writes; version += 1) {
      const earlier = puts.filter(({ content }) => content.object === `o${object}`);
      // The same bytes again, which an unversioned bucket cannot tell from the first time.
      const restored = version > 1 && !bucket.versioned && keys === 'natural' && chance.happens(0.4);
      const content = restored ? earlier[0]!.content : drawContent(chance, `o${object}`, version);
      // Only an event tells a listing's reader that the same bytes were written once more.
      const notices = drawNotices(chance);
      puts.push({ at, kind: 'put', content, notices: restored && notices.length === 0 ? [500] : notices });
      at += chance.pick([1500, 5000, 20_000, 60_000]);
    }
  }
  return puts;
}

function drawContent(chance: Chance, object: string, version: number): ObjectContent {
  const lines = chance.pick([5, 12, 26, 40, 60]);
  const some = (share: number): readonly number[] =>
    chance.happens(0.4) ? Array.from({ length: lines }, (_, line) => line).filter(() => chance.happens(share)) : [];
  const keys = chance.pick([lines, lines, Math.ceil(lines / 2), Math.ceil(lines / 7)]);
  return { object, version, lines, keys, broken: some(0.08), odd: some(0.08) };
}

/** Most objects have one event, soon. Some have it late, twice, or never. */
function drawNotices(chance: Chance): readonly number[] {
  if (chance.happens(0.05)) return [];
  const first = chance.happens(0.8) ? chance.integer(50, 1500) : chance.integer(1500, 60_000);
  return chance.happens(0.25) ? [first, first + chance.pick([0, 50, 3000, 40_000])] : [first];
}

function drawTrouble(chance: Chance): readonly WorldEvent[] {
  const at = (): number => chance.integer(0, SPAN_MS / 2);
  const armed = (service: 's3' | 'table' | 'ledger' | 'quarantine', faults: readonly string[]): WorldEvent => ({
    at: at(),
    kind: 'fault',
    service,
    fault: chance.pick(faults),
    times: chance.integer(1, 3),
  });
  const kinds: readonly (() => WorldEvent)[] = [
    () => armed('table', TABLE_FAULTS),
    () => armed('table', ODD_TABLE_FAULTS),
    () => armed('s3', STORE_FAULTS),
    () => armed('s3', ODD_STORE_FAULTS),
    () => armed('ledger', LINK_FAULTS),
    () => armed('quarantine', LINK_FAULTS),
    () => ({
      at: at(),
      kind: 'outage',
      service: chance.pick(['table', 'table', 's3', 'ledger'] as const),
      fault: chance.pick(['unavailable', 'throttle', 'silence']),
      ms: chance.pick([2000, 20_000, 90_000]),
    }),
    () => drawHalt(chance, at()),
    () => drawHalt(chance, at()),
    () => ({ at: at(), kind: 'kill', request: drawRequest(chance) }),
  ];
  return Array.from({ length: chance.integer(0, 9) }, () => chance.pick(kinds)());
}

function drawHalt(chance: Chance, at: number): WorldEvent {
  const how = chance.happens(0.7) ? 'stop' : 'suspend';
  return { at, kind: 'halt', how, ms: chance.pick([500, 5000, 15_000, 90_000]), request: drawRequest(chance) };
}

function drawRequest(chance: Chance): RequestMark {
  const service = chance.pick(['table', 'table', 'ledger', 's3', 'quarantine'] as const);
  return { service, count: chance.integer(1, 5), moment: chance.pick(['before', 'after']) };
}

function drawPeople(
  chance: Chance,
  puts: readonly Extract<WorldEvent, { kind: 'put' }>[],
  { versions }: LandingOptions,
): readonly WorldEvent[] {
  // Under `all`, a purge would take rows of a version that is being written: nothing orders the two.
  const tasks: readonly OperatorTask[] = [
    'run',
    'reconcile',
    'replay',
    ...(versions === 'all' ? [] : (['purge'] as const)),
  ];
  const events: WorldEvent[] = [];
  const at = (): number => chance.integer(0, SPAN_MS);
  if (chance.happens(0.3)) events.push({ at: at(), kind: 'deploy', variant: chance.integer(0, 2) });
  if (chance.happens(0.4)) events.push({ at: at(), kind: 'operate', task: chance.pick(tasks) });
  if (chance.happens(0.2)) events.push({ at: at(), kind: 'operate', task: chance.pick(['run', 'replay']) });
  if (chance.happens(0.1)) events.push({ at: at(), kind: 'remove', object: chance.pick(puts).content.object });
  return events;
}
