import { feed, type Feed, filter, flatMap, type Sink, type Source } from '@millrace/core';
import { parseNdjson } from '@millrace/formats';
import { type DynamodbRecord, landingItem } from '../../src/index.ts';

/** An object in memory, in the chunks in which it is to be read. */
export interface TextObject {
  readonly name: string;
  readonly chunks: readonly string[];
}

const source: Source<TextObject, string> = {
  name: 'memory',
  describe: ({ name }) => name,
  open: async ({ name, chunks }) => ({
    origin: { id: `memory://${name}?v=1`, uri: `memory://${name}`, lastModified: '2026-11-22T10:00:00.000Z' },
    chunks: async function* () {
      for (const chunk of chunks) {
        await Promise.resolve();
        yield chunk;
      }
    },
  }),
};

export interface Line {
  readonly n: number;
  readonly text?: string;
}

/** Every third line is left out, every eleventh becomes two records; those that are no JSON are rejected. */
export function unevenFeed(sink: Sink<DynamodbRecord<'uuid'>>): Feed<TextObject> {
  return feed('uneven', { expect: { records: { min: 0 } } })
    .from(source)
    .through(parseNdjson<Line>())
    .through(filter(({ n }) => n % 3 !== 1))
    .through(flatMap((line) => (line.n % 11 === 5 ? [line, { ...line, second: true }] : [line])))
    .through(landingItem())
    .to(sink);
}

/** Lines of an object: some bad, some with optional attributes, some long. */
export function unevenText(count: number): string {
  return Array.from({ length: count }, (_, n) => {
    if (n % 7 === 3) return `bad ${n}`;
    const long = n % 13 === 2 ? { text: `é${'long '.repeat(n % 40)}` } : {};
    return JSON.stringify({ n, price: n / 8, name: `name ${n % 5}`, ...long });
  }).join('\n');
}

/** Cuts a text at any places. */
export function cut(text: string, at: readonly number[]): readonly string[] {
  const places = [0, ...at.map((place) => place % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}
