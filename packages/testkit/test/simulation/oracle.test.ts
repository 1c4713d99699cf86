import type { ItemReport, Rejection } from '@millrace/core';
import type { VersionRecord } from '@millrace/core/plugin';
import { expect, test } from 'vitest';
import {
  type Deployment,
  type History,
  judge,
  keyOfObject,
  lineRecord,
  type ObjectContent,
  type Scenario,
  type TableItem,
} from '../../src/simulation.ts';

/** A deployment that only says what is expected: each line's value under its natural key. */
const deployment: Deployment = {
  name: 'expected',
  start: () => {
    throw new Error('Nothing is run here.');
  },
  expect: (content) => {
    const delivered = [];
    const rejected: number[] = [];
    for (let line = 0; line < content.lines; line += 1) {
      const record = lineRecord(content, line);
      if (record === undefined) rejected.push(line);
      else delivered.push({ key: record.id, value: `${content.version}/${line}` });
    }
    return { delivered, rejected, read: content.lines, isUnexpected: content.lines < 2 };
  },
  read: (item) => [{ key: text(item['id']), value: text(item['value']) }],
  scenario: () => scenario,
};

const text = (value: Readonly<Record<string, unknown>> | undefined): string => String(value?.['S']);
const row = (id: string, value: string): TableItem => ({ id: { S: id }, value: { S: value } });
const content = (version: number, more: Partial<ObjectContent> = {}): ObjectContent => ({
  object: 'o',
  version,
  lines: 3,
  keys: 2,
  broken: [],
  odd: [],
  ...more,
});
const scenario = {
  seed: '1',
  settings: { bucket: { versioned: true, etags: 'strong', checksums: true }, options: {} },
  events: [],
} as unknown as Scenario;

function entry(version: number, more: Partial<ItemReport> = {}): VersionRecord {
  const report = { read: 3, expanded: 0, written: 3, rejected: 0, dropped: 0, skipped: 0, unsettled: 0, ...more };
  return {
    object: `s3://bucket/${keyOfObject('o')}`,
    origin: { id: `v${version}`, uri: `s3://bucket/${keyOfObject('o')}`, versionId: `v${version}` },
    state: 'complete',
    attempts: 1,
    report,
  } as unknown as VersionRecord;
}

/** Two writes of one object, both complete; the table shows the second. */
function soundHistory(): History {
  const items = [row('o-0', '1/2'), row('o-1', '1/1')];
  const early = [row('o-0', '0/2'), row('o-1', '0/1')];
  const put = (version: number): History['puts'][number] => ({
    at: version * 1000,
    content: content(version),
    versionId: `v${version}`,
    md5: `m${version}`,
    noticed: true,
  });
  const completion = (version: number, rows: readonly TableItem[]): History['completions'][number] => ({
    at: version * 1000 + 500,
    by: 'lambda1',
    variant: 0,
    version: entry(version),
    items: rows,
  });
  return {
    scenario,
    ending: 'idle',
    puts: [put(0), put(1)],
    removed: new Set(),
    completions: [completion(0, early), completion(1, items)],
    items,
    versions: [entry(0), entry(1)],
    rejections: [],
    dead: [],
    uncaught: [],
    digest: '',
    events: 0,
    lines: [],
  };
}

test('finds nothing wrong with a sound history', async () => {
  await expect(judge(deployment, soundHistory())).resolves.toEqual([]);
});

const rejection = (code: string, ordinal: number): Rejection =>
  ({ code, ordinal, item: entry(1).origin }) as unknown as Rejection;
const message = { id: 'm', receives: 9, visibleAt: 0, body: '{"Records":[{"s3":{"object":{"key":"in/o"}}}]}' };

const mutations: readonly {
  readonly what: string;
  readonly rule: string;
  readonly mutate: (sound: History) => Partial<History>;
}[] = [
  { what: 'a row is missing', rule: 'table', mutate: ({ items }) => ({ items: items.slice(1) }) },
  { what: 'a row is there twice', rule: 'table', mutate: ({ items }) => ({ items: [...items, items[0]!] }) },
  {
    what: 'a row was reverted to the older write',
    rule: 'table',
    mutate: ({ items }) => ({ items: [row('o-0', '0/2'), items[1]!] }),
  },
  {
    what: 'an earlier record of the file won',
    rule: 'table',
    mutate: ({ items }) => ({ items: [row('o-0', '1/0'), items[1]!] }),
  },
  { what: 'a row is of no object', rule: 'table', mutate: ({ items }) => ({ items: [...items, row('x', '0/0')] }) },
  { what: 'the newest write is not complete', rule: 'unfinished', mutate: () => ({ versions: [entry(0)] }) },
  { what: 'a message is never done', rule: 'unfinished', mutate: () => ({ dead: [message] }) },
  {
    what: 'the counts do not add up',
    rule: 'ledger',
    mutate: () => ({ versions: [entry(0), entry(1, { written: 2 })] }),
  },
  {
    what: 'fewer records were read than the object has',
    rule: 'ledger',
    mutate: () => ({ versions: [entry(0), entry(1, { read: 2, written: 2 })] }),
  },
  {
    what: 'a good record is in the quarantine',
    rule: 'quarantine',
    mutate: () => ({ rejections: [rejection('DYNAMODB_THROTTLED', 1)] }),
  },
  {
    what: 'a rejected record is not in the quarantine',
    rule: 'quarantine',
    mutate: ({ puts }) => ({ puts: [puts[0]!, { ...puts[1]!, content: content(1, { broken: [0] }) }] }),
  },
  {
    what: 'an object was complete before its rows were there',
    rule: 'complete-too-early',
    mutate: ({ completions }) => ({ completions: [{ ...completions[0]!, items: [] }, completions[1]!] }),
  },
  {
    what: 'an object of which nothing was understood is complete',
    rule: 'nonsense',
    mutate: ({ puts }) => ({ puts: [puts[0]!, { ...puts[1]!, content: content(1, { broken: [0, 1, 2] }) }] }),
  },
  {
    what: 'an object that is not what its feed expects is complete',
    rule: 'expectations',
    mutate: ({ puts }) => ({ puts: [puts[0]!, { ...puts[1]!, content: content(1, { lines: 1 }) }] }),
  },
  {
    what: 'an object took two attempts in a calm history',
    rule: 'neighbors',
    mutate: () => ({
      scenario: { ...scenario, settings: { ...scenario.settings, options: { calm: true } } },
      versions: [entry(0), { ...entry(1), attempts: 2 }],
    }),
  },
  { what: 'something goes on for ever', rule: 'endless', mutate: () => ({ ending: 'endless' }) },
  { what: 'an error was caught by nobody', rule: 'uncaught', mutate: () => ({ uncaught: ['lambda1: Error'] }) },
];

test.each(mutations)('says so if $what', async ({ rule, mutate }) => {
  const sound = soundHistory();
  const violations = await judge(deployment, { ...sound, ...mutate(sound) });
  expect(violations.map((one) => one.rule)).toContain(rule);
});

test('says exactly which rows remain after a version was replaced', async () => {
  const sound = soundHistory();
  const longer = { ...sound.puts[0]!, content: content(0, { keys: 3 }) };
  const early = [row('o-0', '0/0'), row('o-1', '0/1'), row('o-2', '0/2')];
  const history = {
    ...sound,
    puts: [longer, sound.puts[1]!],
    completions: [{ ...sound.completions[0]!, items: early }],
  };
  const under = (versions: string, items: readonly TableItem[], events: Scenario['events'] = []): History => ({
    ...history,
    items,
    scenario: { ...scenario, events, settings: { ...scenario.settings, options: { versions } } },
  });
  const texts = async (one: History) => (await judge(deployment, one)).map(({ text: said }) => said);
  const orphaned = [...sound.items, early[2]!];
  await expect(texts(under('replace', sound.items))).resolves.toEqual([]);
  await expect(texts(under('replace', orphaned))).resolves.toEqual([
    'o: key o-2 has 0/2 of write 0, which write 1 has replaced',
  ]);
  await expect(texts(under('replace', sound.items.slice(1)))).resolves.toEqual([
    'o: key o-0 is missing, though write 1 is complete',
  ]);
  await expect(texts(under('newest', orphaned))).resolves.toEqual([]);
  await expect(texts(under('newest', sound.items))).resolves.toEqual([
    'o: key o-2 is missing, though write 0 is complete',
  ]);
  const purge = { at: 5000, kind: 'operate', task: 'purge' } as const;
  await expect(texts(under('newest', sound.items, [purge]))).resolves.toEqual([]);
});

test('lets a later write that failed midway have left rows', async () => {
  const sound = soundHistory();
  const puts = [...sound.puts, { ...sound.puts[1]!, at: 2000, versionId: 'v2', content: content(2) }];
  const items = [row('o-0', '2/0'), sound.items[1]!];
  const violations = await judge(deployment, { ...sound, puts, items, versions: [...sound.versions, entry(2)] });
  expect(violations.map(({ rule }) => rule)).toEqual(['table', 'table']);
  const failed = { ...entry(2), state: 'failed' } as VersionRecord;
  const allowed = await judge(deployment, { ...sound, puts, items, versions: [...sound.versions, failed] });
  expect(allowed.map(({ rule }) => rule)).toEqual(['unfinished']);
});

test('asks nobody to complete an object that is not what its feed expects', async () => {
  const sound = soundHistory();
  const [first, second] = sound.puts;
  const failed = { ...entry(1), state: 'failed' } as VersionRecord;
  const unexpected = {
    ...sound,
    puts: [first!, { ...second!, content: content(1, { lines: 1 }) }],
    items: [row('o-0', '1/0'), row('o-1', '0/1')],
    completions: sound.completions.slice(0, 1),
    versions: [entry(0), failed],
    dead: [message],
  };
  await expect(judge(deployment, unexpected)).resolves.toEqual([]);
  const replacing = { ...scenario, settings: { ...scenario.settings, options: { versions: 'replace' } } };
  await expect(judge(deployment, { ...unexpected, scenario: replacing })).resolves.toEqual([]);
  const retired = await judge(deployment, { ...unexpected, scenario: replacing, items: [row('o-0', '1/0')] });
  expect(retired.map(({ text: said }) => said)).toEqual(['o: key o-1 is missing, though write 0 is complete']);
});
