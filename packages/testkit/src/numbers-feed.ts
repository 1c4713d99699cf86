import { type Feed, feed, MillraceError, type Parser, type Sink, type Source } from '@millrace/core';

/** A feed of whole lines that hold a number each, or one of the words that it knows; other lines are rejected. */
export function numbersFeed<Ref>(
  name: string,
  source: Source<Ref, string>,
  words: Readonly<Record<string, number>>,
  sink: Sink<number>,
): Feed<Ref> {
  return feed(name).from(source).through(parseNumbers(words)).to(sink);
}

function parseNumbers(words: Readonly<Record<string, number>>): Parser<string, number> {
  const parse = (raw: string): number => {
    const number = words[raw] ?? Number(raw);
    if (Number.isNaN(number)) throw new MillraceError('BAD', `${raw} is no number.`);
    return number;
  };
  return {
    kind: 'parser',
    name: 'parseNumbers',
    reparse: ({ raw }) => parse(String(raw)),
    start: ({ reject }) => ({
      push: (chunk) =>
        chunk
          .trimEnd()
          .split('\n')
          .map((raw) => {
            try {
              return parse(raw);
            } catch {
              return reject({ code: 'BAD', message: `${raw} is no number.`, raw });
            }
          }),
    }),
  };
}
