import { setTimeout as sleep } from 'node:timers/promises';
import { isMillraceError, MillraceError, type RecordContext, type Sink } from '@millrace/core';
import type { Context, Entry, Refusal, RetiredCounts, RetiredRows } from '@millrace/core/plugin';
import type { SinkBench, SinkCasesOptions, SinkSupports } from '../src/index.ts';

/** A way in which a sink may break the contract. */
export type Breach =
  | 'loses the last record'
  | 'keeps records until more come'
  | 'refuses the position behind'
  | 'rejects where one entry is bad'
  | 'refuses without a message'
  | 'appends'
  | 'has a key without the branch'
  | 'has a key without the version'
  | 'takes fewer than its limit'
  | 'takes one write at a time'
  | 'takes one item only'
  | 'calls an outage success'
  | 'does not retry'
  | 'retries for ever'
  | 'throws without a code'
  | 'changes records'
  | 'changes the array'
  | 'rejects keys that come twice'
  | 'keeps the first of a key'
  | 'has a key of its own for each text'
  | 'refuses what can pass'
  | 'says for good what can pass'
  | 'ignores its signal'
  | 'ignores its time'
  | 'writes after its signal'
  | 'declares no concurrency that a feed could take'
  | 'writes a replay over its group'
  | 'adds a replay to a group that has it'
  | 'retires nothing'
  | 'retires all versions'
  | 'retires beyond its part'
  | 'retires no branches'
  | 'retires in a dry run'
  | 'counts what is gone'
  | 'fails for rows that are gone'
  | 'retires what a newer version has taken'
  | 'retires other objects'
  | 'says for good that it cannot retire';

interface Item {
  text: string;
  /** With a natural key, which is `place` then: the generation of its object. */
  readonly generation?: number | undefined;
  readonly bad?: boolean;
  /** What tells it from the records of other places. */
  readonly place: string;
}

/** Counted, not timed: attempts come late on a busy machine, as the end of the outage does. */
const MOST_ATTEMPTS = 10;
const PAUSE_MS = 20;

/** A service that takes items under keys, and that can be away. */
class Service {
  readonly texts: Map<string, string> = new Map();
  /** Of rows with natural keys. */
  readonly versions: Map<string, { readonly uri: string; readonly generation: number }> = new Map();
  calls = 0;
  away = false;
  readonly put = async (rows: readonly (readonly [string, string])[]): Promise<void> => {
    this.calls += 1;
    await sleep(1);
    if (this.away) throw new Error('the service is away');
    for (const [key, text] of rows) this.texts.set(key, text);
  };
  readonly remove = async (keys: readonly string[]): Promise<void> => {
    this.calls += 1;
    await sleep(1);
    if (this.away) throw new Error('the service is away');
    for (const key of keys) this.texts.delete(key);
  };
}

function keyOf({ item, ordinal, branch, value }: Entry<Item>, breach: Breach | undefined): string {
  if (value.generation !== undefined) return value.place;
  const id = breach === 'has a key without the version' ? item.uri : item.id;
  return `${id}#${ordinal}${breach === 'has a key without the branch' ? '' : `.${branch}`}`;
}

/** A sink as it should be, but for one thing. */
function serviceSink(service: Service, breach: Breach | undefined, group: number): Sink<Item> {
  let appended = 0;
  let writing = 0;
  let held: (readonly [string, string])[] = [];
  const rowOf = (entry: Entry<Item>): readonly [string, string] => [
    keyOf(entry, breach) + (breach === 'appends' ? `!${(appended += 1)}` : ''),
    entry.value.text,
  ];
  const send = async (rows: readonly (readonly [string, string])[], { signal, timeLeftMs }: Context): Promise<void> => {
    const stops = breach !== 'ignores its signal' && breach !== 'writes after its signal';
    for (let attempt = 1; ; attempt += 1) {
      if (stops) signal.throwIfAborted();
      if (breach !== 'ignores its time' && timeLeftMs?.() === 0)
        throw new MillraceError('RUN_OVER', 'No time is left.');
      try {
        return await service.put(rows);
      } catch (cause) {
        if (breach === 'throws without a code') throw cause;
        if (breach === 'calls an outage success') return;
        const over = attempt >= MOST_ATTEMPTS && breach !== 'retries for ever';
        if (over || breach === 'does not retry')
          throw new MillraceError('SERVICE_AWAY', 'The service is away.', {
            cause,
            retryable: breach !== 'says for good what can pass',
          });
        await sleep(PAUSE_MS, undefined, stops ? { signal } : {}).catch(() => {});
      }
    }
  };
  const checkBatch = (entries: readonly Entry<Item>[]): void => {
    const fail = (what: string): never => {
      throw new MillraceError('SERVICE_REFUSED', what);
    };
    if (breach === 'rejects where one entry is bad' && entries.some(({ value }) => value.bad)) fail('One is bad.');
    if (breach === 'takes fewer than its limit' && entries.length > 50) fail('Too many.');
    if (breach === 'takes one write at a time' && writing > 1) fail('Too many writes.');
    if (breach === 'takes one item only' && new Set(entries.map(({ item }) => item.id)).size > 1)
      fail('Too many items.');
    const keys = new Set(entries.map((entry) => keyOf(entry, breach)));
    if (breach === 'rejects keys that come twice' && keys.size < entries.length) fail('A key comes twice.');
  };
  const write = async (entries: readonly Entry<Item>[], context: Context): Promise<readonly Refusal[]> => {
    const { signal } = context;
    writing += 1;
    try {
      checkBatch(entries);
      if (breach === 'changes the array') (entries as Entry<Item>[]).sort((a, b) => b.ordinal - a.ordinal);
      const refusals = entries.flatMap(({ value }, position) =>
        value.bad
          ? [
              {
                position:
                  breach === 'refuses the position behind' ? Math.min(position + 1, entries.length - 1) : position,
                code: 'ITEM_BAD',
                message: breach === 'refuses without a message' ? '' : 'The item is bad.',
              },
            ]
          : [],
      );
      const rows = entries.filter(({ value }) => !value.bad).map(rowOf);
      if (breach === 'changes records') for (const { value } of entries) value.text = value.text.toUpperCase();
      if (breach === 'loses the last record') rows.pop();
      if (breach === 'keeps records until more come') [held, rows.length] = [[...held, ...rows], 0];
      if (group > 1 && entries[0]) {
        const groups = new Set(entries.map(({ ordinal }) => Math.floor(ordinal / group)));
        const { item } = entries[0];
        for (const key of service.texts.keys()) {
          const [id, place = ''] = key.split('#');
          if (id === item.id && groups.has(Math.floor(parseInt(place, 10) / group))) service.texts.delete(key);
        }
      }
      for (const { value, item } of entries)
        if (value.generation !== undefined)
          service.versions.set(value.place, { uri: item.uri, generation: value.generation });
      if (breach === 'keeps the first of a key') rows.reverse();
      if (rows.length > 0) {
        const sending = send(rows, context);
        if (breach === 'writes after its signal' && signal.aborted) await sending;
        else await (breach === 'writes after its signal' ? Promise.race([sending, aborted(signal)]) : sending);
      }
      return refusals;
    } catch (thrown) {
      if (breach !== 'refuses what can pass' || !isMillraceError(thrown) || thrown.code !== 'SERVICE_AWAY')
        throw thrown;
      return entries.map((_, position) => ({ position, code: 'SERVICE_AWAY', message: 'The service is away.' }));
    } finally {
      writing -= 1;
    }
  };
  return {
    name: 'service',
    limits: { count: 400 },
    concurrency: breach === 'declares no concurrency that a feed could take' ? 0 : 3,
    mixesItems: group === 1,
    keyOf: ({ place, text }) => (breach === 'has a key of its own for each text' ? `${place} ${text}` : place),
    write,
    retire: (rows) => retire(service, rows, breach),
    ...(group > 1 && {
      group,
      writeSingly: async (entries: readonly Entry<Item>[], context: Context) => {
        if (breach === 'writes a replay over its group') return write(entries, context);
        if (breach === 'adds a replay to a group that has it') appended += 1;
        const mark = breach === 'adds a replay to a group that has it' ? `!${appended}` : '';
        await send(
          entries.map((entry) => [keyOf(entry, breach) + mark, entry.value.text] as const),
          context,
        );
      },
    }),
  };
}

/** Rows of records, each under its own key; by a scan if it cannot be computed. */
async function retire(service: Service, rows: RetiredRows, breach: Breach | undefined): Promise<RetiredCounts> {
  const isRetired = (key: string): boolean => {
    if (rows.by === 'content') {
      const { uri, generation } = service.versions.get(key) ?? { uri: '', generation: -1 };
      const isNewer = generation >= rows.to && breach !== 'retires what a newer version has taken';
      return generation >= rows.from && !isNewer && (uri === rows.source || breach === 'retires other objects');
    }
    const [id = '', place = ''] = key.split('#');
    const isOf = id === rows.origin.id || breach === 'retires all versions';
    const [ordinal = '', ...branch] = place.split('.');
    if (breach === 'retires no branches' && branch.join('') !== '') return false;
    const to = breach === 'retires beyond its part' ? Number.POSITIVE_INFINITY : rows.to;
    return isOf && Number(ordinal) >= rows.from && Number(ordinal) < to;
  };
  const keys = breach === 'retires nothing' ? [] : [...service.texts.keys()].filter(isRetired);
  if (breach === 'fails for rows that are gone' && keys.length === 0)
    throw new MillraceError('SERVICE_REFUSED', 'No such rows.');
  try {
    await service.remove(rows.dryRun && breach !== 'retires in a dry run' ? [] : keys);
  } catch (cause) {
    const retryable = breach !== 'says for good that it cannot retire';
    throw new MillraceError('SERVICE_AWAY', 'The service is away.', { cause, retryable });
  }
  return { considered: keys.length, deleted: breach === 'counts what is gone' ? 1 : keys.length };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
  });
}

function placeOf({ item, ordinal, branch }: RecordContext): string {
  return `${item.id}#${ordinal}.${branch}`;
}

/** What the cases need of a service sink. With groups it is another sink: it packs, refuses and mixes nothing. */
export function serviceSinkCases(breach?: Breach, group = 1): SinkCasesOptions<Item> {
  const supports: SinkSupports = {
    refusals: group === 1,
    groups: group > 1,
    mixedItems: group === 1,
    shared: true,
    outages: true,
  };
  return {
    supports,
    record: (text, place) => ({ text, place: placeOf(place) }),
    ...(group === 1 && {
      keyed: (text: string, key: string, { generation }: RecordContext) => ({ text, place: key, generation }),
      refused: { record: (place) => ({ text: '', bad: true, place: placeOf(place) }), code: 'ITEM_BAD' },
    }),
    create: (): SinkBench<Item> => {
      const service = new Service();
      return {
        sink: serviceSink(service, breach, group),
        another: () => serviceSink(service, breach, group),
        stored: async () => [...service.texts.values()],
        calls: () => service.calls,
        interrupt: () => {
          service.away = true;
          return () => void (service.away = false);
        },
      };
    },
  };
}
