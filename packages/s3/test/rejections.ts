import { feed, type Feed, type Parser, type ReadableQuarantine, type Rejection } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { memorySink, memorySource } from '@millrace/testkit';
import { itemContext } from './item-context.ts';

/** A rejection of one item, at a place in it. */
export function rejection(ordinal: number, more: Partial<Rejection> = {}): Rejection {
  const item = { id: 's3://drop/p%C3%A9.ndjson?etag=1', uri: 's3://drop/pé.ndjson' };
  const reason = { stage: 'parseNdjson', code: 'BAD', message: 'no JSON' };
  return { feed: 'prices', run: 'run', item, ordinal, branch: '', ...reason, raw: `{${ordinal}`, ...more };
}

/** Writes rejections as the runner would. */
export function write(
  quarantine: ReadableQuarantine,
  ...rejections: readonly Rejection[]
): ReturnType<typeof quarantine.write> {
  const context = itemContext();
  const entries = rejections.map(
    (value): Entry<Rejection> => ({ ...context, ...value, value }) as unknown as Entry<Rejection>,
  );
  return quarantine.write(entries, context);
}

/** Every line is a bad record. */
const badLines: Parser<string, string> = {
  kind: 'parser',
  name: 'badLines',
  start: ({ reject }) => ({
    push: (text) => text.split('\n').map((raw) => reject({ code: 'BAD', message: 'bad', raw })),
  }),
};

/** A feed that rejects every line of its one object. */
export function rejectingFeed(lines: number): { carried: Feed<{ name: string }>; refs: readonly { name: string }[] } {
  const source = memorySource<string>({
    objects: { a: [Array.from({ length: lines }, (_, at) => `${at}`).join('\n')] },
  });
  return { carried: feed('prices').from(source).through(badLines).to(memorySink<string>()), refs: source.refs() };
}
