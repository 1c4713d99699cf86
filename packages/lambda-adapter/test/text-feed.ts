import {
  type Expectations,
  type Feed,
  feed,
  map,
  MillraceError,
  type Parser,
  type Sink,
  type Source,
} from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { vi } from 'vitest';
import type { ObjectRef } from '../src/index.ts';

/** Texts by key, as a bucket would hold them. A key that is not there fails as a missing object does. */
export type Bucket = Readonly<Record<string, string>>;

export interface TextFeed {
  readonly feed: Feed<ObjectRef>;
  /** What was accepted, by key of the record: a record that is written twice is there once. */
  readonly rows: ReadonlyMap<string, unknown>;
  readonly opened: () => number;
  readonly closed: () => number;
}

export interface TextFeedOptions {
  /** Pause before each chunk (a line), in milliseconds. */
  readonly pauseMs?: number;
  /** How long a write of two lines takes, in milliseconds. */
  readonly writeMs?: number;
  /** Whether a pause moves the fake clock instead of waiting for it, so that only the feed's own pauses take time. */
  readonly movesClock?: boolean;
  /** What the feed expects of an object. */
  readonly expect?: Expectations;
}

const wait = (ms: number): Promise<unknown> => new Promise((resolve) => void setTimeout(resolve, ms));
const moveClock = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** A real feed of core over texts in memory: one record a line; lines that start with `bad` are rejected. */
export function textFeed(
  bucket: Bucket,
  { pauseMs = 0, writeMs = 0, movesClock = false, expect = {} }: TextFeedOptions = {},
): TextFeed {
  const pause = movesClock ? moveClock : wait;
  const rows = new Map<string, unknown>();
  let opened = 0;
  let closed = 0;
  const source: Source<ObjectRef, string> = {
    name: 'text',
    describe: ({ bucket: name, key }) => `s3://${name}/${key}`,
    open: (ref) => {
      opened += 1;
      const text = bucket[ref.key];
      if (text === undefined) throw new MillraceError('TEXT_MISSING', `There is no ${ref.key}.`);
      const uri = `s3://${ref.bucket}/${ref.key}`;
      return Promise.resolve({
        origin: { id: `${uri}#${ref.etag}`, uri },
        chunks: async function* ({ signal }) {
          for (const line of text.match(/.*\n/g) ?? []) {
            if (pauseMs > 0) await pause(pauseMs);
            signal.throwIfAborted();
            yield line;
          }
        },
      });
    },
    close: () => {
      closed += 1;
    },
  };
  const lines: Parser<string, string> = {
    kind: 'parser',
    name: 'lines',
    start: ({ reject }) => ({
      push: (line) =>
        line.startsWith('bad')
          ? [reject({ code: 'BAD_LINE', message: 'A bad line.', raw: line }) as never]
          : [line.trim()],
    }),
  };
  const sink: Sink<string> = {
    name: 'rows',
    limits: { count: 2 },
    write: async (entries: readonly Entry<string>[]) => {
      if (writeMs > 0) await pause(writeMs);
      for (const { item, ordinal, value } of entries) rows.set(`${item.id}/${ordinal}`, value);
    },
  };
  const made = feed('texts', { expect })
    .from(source)
    .through(lines)
    .through(map((line) => line.toUpperCase()))
    .to(sink);
  return { feed: made, rows, opened: () => opened, closed: () => closed };
}
