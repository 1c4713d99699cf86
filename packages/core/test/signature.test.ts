import { feed, filter, flatMap, map, memoryLedger, validate } from '@millrace/core';
import { signatureOf } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pipelineSignature } from '../src/signature.ts';
import { keep, lines, numbered, textSource } from './fixtures.ts';

const start = (signature?: string) =>
  feed('test')
    .from(textSource())
    .through({ ...lines(), ...(signature !== undefined && { signature }) });

describe('the signature of options', () => {
  it.each<[unknown, unknown]>([
    [{ delimiter: ';' }, { delimiter: ',' }],
    [{ columns: ['a', 'b'] }, { columns: ['b', 'a'] }],
    [{ pattern: /a/ }, { pattern: /a/i }],
    [{ limit: 1n }, { limit: 1 }],
    [{ with: () => 1 }, { with: () => 2 }],
    [{ types: { a: 'number' } }, { types: { a: 'decimal' } }],
    [{ trim: true }, {}],
    [new Map(), {}],
  ])('tells %o from %o', (left, right) => {
    expect(signatureOf(left)).not.toBe(signatureOf(right));
  });

  it('is the same for the same options, and for what is left out', () => {
    const options = () => ({
      columns: ['a'],
      when: (value: number) => value > 1,
      pattern: /x/u,
      nested: { deep: [1] },
    });
    expect(signatureOf(options())).toBe(signatureOf(options()));
    expect(signatureOf({ a: 1, b: undefined })).toBe(signatureOf({ a: 1 }));
  });

  it('comes to an end for options that hold themselves', () => {
    const options: { self?: unknown } = {};
    options.self = options;
    expect(signatureOf(options)).toBe(signatureOf(options));
  });
});

describe('the signature of a pipeline', () => {
  const of = (each: Parameters<ReturnType<typeof start>['through']>[0]) =>
    pipelineSignature(start().through(each).to(keep().sink).stages);

  it('changes with a parser, a transform, a schema, the order of stages and the groups of the sink', () => {
    const plain = pipelineSignature(start().to(keep().sink).stages);
    const signatures = [
      plain,
      pipelineSignature(start('v2').to(keep().sink).stages),
      of(map((line) => line)),
      of(map((line) => `${line}!`)),
      of(filter((line) => line !== '')),
      of(flatMap((line) => [line])),
      of(validate(z.string())),
      of(validate(z.string().min(3))),
    ];
    expect(new Set(signatures).size).toBe(signatures.length);
    expect(pipelineSignature(start().to(keep().sink).stages)).toBe(plain);
  });

  it('sends an object that another pipeline left unfinished back to its first record', async () => {
    const ledger = memoryLedger();
    const stop = new AbortController();
    const first = keep<string>({
      limits: { count: 10 },
      before: async (batch) => void (batch[0]!.ordinal === 30 && stop.abort()),
    });
    await start('v1')
      .to(first.sink)
      .run([numbered(100)], { ledger, signal: stop.signal });
    const [entry] = await ledger.entries('test', 'text:numbers');
    expect(entry!.watermark).toBeGreaterThan(0);
    const second = keep<string>();
    const report = await start('v2')
      .to(second.sink)
      .run([numbered(100)], { ledger });
    expect(report.totals).toMatchObject({ read: 100, skipped: 0, written: 100 });
  });
});
