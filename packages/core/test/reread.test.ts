import { feed, memoryLedger } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { asText, bytesSource, keep, keepRejections, lines, onText, textSource } from './fixtures.ts';

describe('an item that is read again', () => {
  it('counts a rejection once, however often its record is read again', async () => {
    const ledger = memoryLedger();
    const item = { name: 'bad', chunks: ['0\nbad\n2\n3\n', 'break\n'] };
    const options = {
      ledger,
      quarantine: keepRejections().sink,
      onFailure: 'report',
      maxRejections: { count: 2 },
    } as const;
    const broken = keep<string>({
      before: async () => {
        throw new Error('the table is away');
      },
    });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { reports } = await feed('t').from(textSource()).through(lines()).to(broken.sink).run([item], options);
      expect(reports[0]).toMatchObject({ watermark: 0, error: { code: 'SINK_FAILED' } });
    }
    expect((await ledger.entries('t', 'text:bad'))[0]?.rejected).toBe(0);
    const report = await feed('t').from(textSource()).through(lines()).to(keep<string>().sink).run([item], options);
    expect(report.outcome).toBe('complete');
  });

  it('does not go on behind records of a read that turned out to be damaged', async () => {
    const ledger = memoryLedger();
    let reading = 0;
    /** As gunzip does: what it emits is known to be wrong only when the checksum at the end is seen. */
    const checked = onText('checked', () => {
      const damaged = (reading += 1) === 1;
      return {
        push: (text: string) => [damaged ? text.replaceAll('1', '7') : text],
        end: () => {
          if (damaged) throw new Error('checksum');
          return [];
        },
      };
    });
    const stored = new Map<number, string>();
    const kept = keep<string>({
      limits: { count: 1 },
      before: async (entries) => {
        for (const { ordinal, value } of entries) stored.set(ordinal, value);
      },
    });
    const flow = feed('t').from(bytesSource()).through(checked).through(asText).through(lines()).to(kept.sink);
    const item = { name: 'damaged', chunks: ['0\n1\n2\n', '3\n'] };
    expect((await flow.run([item], { ledger, onFailure: 'report' })).reports[0]?.outcome).toBe('failed');
    expect((await flow.run([item], { ledger })).outcome).toBe('complete');
    expect([...stored.values()]).toEqual(['0', '1', '2', '3']);
  });

  it('meets a record again that the sink refused late, if its rejection was not kept', async () => {
    const late = Promise.withResolvers<void>();
    const kept = keep<string>({
      limits: { count: 10 },
      concurrency: 2,
      before: async ([first]) => {
        if (first!.ordinal > 0) {
          // The first write has been refused a record by then, which joined the younger rejection.
          await refused.promise;
          throw new Error('down');
        }
        await late.promise;
        return [{ position: 3, code: 'NO', message: 'no' }];
      },
    });
    const refused = Promise.withResolvers<void>();
    const chunks = Array.from({ length: 30 }, (_, n) => (n === 15 ? 'bad\n' : `${n}\n`));
    const report = await feed('test')
      .from(textSource())
      .through(lines())
      .to(kept.sink)
      .run([{ name: 'x', chunks }], {
        quarantine: keepRejections().sink,
        onFailure: 'report',
        observer: {
          recordRejected: ({ ordinal }) => {
            if (ordinal === 15) late.resolve();
            else refused.resolve();
          },
        },
      });
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'SINK_FAILED' }, watermark: 3 });
  });
});
