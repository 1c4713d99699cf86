import { feed, type Parser, type Sink, type Source } from '@millrace/core';
import { expect, it } from 'vitest';
import { gunzip } from '../src/index.ts';
import { cut, member, records } from './gzip-file.ts';

/** Opens a file that is given as its reference. */
const source: Source<Uint8Array, Uint8Array> = {
  name: 'memory',
  describe: () => 'memory:file',
  open: async (file) => ({
    origin: { id: 'memory:file', uri: 'memory:file', lastModified: '2026-01-02T03:04:05.000Z' },
    chunks: async function* () {
      yield* cut(file, 1000);
    },
  }),
};

/** Each chunk's length as a record. */
const lengths: Parser<Uint8Array, number> = {
  kind: 'parser',
  name: 'lengths',
  start: () => ({ push: (chunk) => [chunk.length] }),
};

it('is a stage of a feed, and names itself where an item fails', async () => {
  let total = 0;
  const sink: Sink<number> = {
    name: 'sum',
    write: async (entries) => {
      for (const { value } of entries) total += value;
    },
  };
  const sum = feed('sum').from(source).through(gunzip()).through(lengths).to(sink);
  const payload = Buffer.from(records(5000));
  const file = member(payload);

  await sum.run([file]);
  expect(total).toBe(payload.length);

  const { reports } = await sum.run([file.subarray(0, -1)], { onFailure: 'report' });
  expect(reports[0]?.error).toMatchObject({ code: 'GZIP_TRUNCATED', stage: 'gunzip', item: 'memory:file' });
});
