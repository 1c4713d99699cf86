import { feed, memoryLedger } from '@millrace/core';
import { defineConfig } from '@millrace/cli';
import { parseLines } from '@millrace/formats';

/** With it, a write that has begun never ends. */
const isStuck = process.env['MILLRACE_TEST_STUCK'] === '1';

const ticks = feed('ticks')
  .from({
    name: 'clock',
    describe: (ref: { readonly id: string }) => `clock://${ref.id}`,
    parseReference: (text: string) => ({ id: text.replace('clock://', '') }),
    open: async (ref: { readonly id: string }) => ({
      origin: { id: ref.id, uri: `clock://${ref.id}` },
      chunks: async function* ({ signal }: { readonly signal: AbortSignal }) {
        for (let number = 0; !signal.aborted; number += 1) yield `${number}\n`;
        signal.throwIfAborted();
      },
    }),
  })
  .through(parseLines())
  .to({
    name: 'screen',
    limits: { count: 10 },
    write: async () => {
      process.stderr.write('a write has begun\n');
      await (isStuck ? new Promise(() => setInterval(() => {}, 1000)) : new Promise((done) => setTimeout(done, 20)));
    },
  });

export default defineConfig({ feeds: [ticks], ledger: memoryLedger() });
