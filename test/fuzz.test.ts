import { feed, type Parser } from '@millrace/core';
import type { ParserContext } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { keptCases } from '../tools/fuzz/kept-cases.ts';
import { runCase } from '../tools/fuzz/run-case.ts';
import type { FuzzTarget } from '../tools/fuzz/target.ts';
import { TARGETS } from '../tools/fuzz/targets.ts';
import { fuzzEveryTarget } from './fuzz/every-target.ts';

describe('codecs and parsers under damaged input', () => {
  const { outcomes } = fuzzEveryTarget({ from: 0, to: 6 });

  it('are damaged in many ways, and not always', () => {
    expect(outcomes).toContain('complete');
    expect(outcomes.size).toBeGreaterThan(10);
  });

  it('fail no more by what once made it fail', async () => {
    for (const [name, kept] of keptCases()) {
      const target = TARGETS.find((one) => one.name === kept.target);
      expect(target, `${name} is of a target that is not there`).toBeDefined();
      expect((await runCase(target!, kept)).problems, name).toEqual([]);
    }
  });
});

describe('what fuzzing finds', () => {
  const sample = Buffer.from('{"a":1}\n{"a":}\n'.repeat(10));
  const problems = async (
    push: (chunk: Uint8Array, context: ParserContext) => unknown[],
  ): Promise<readonly string[]> => {
    const codec: Parser<Uint8Array, unknown> = {
      kind: 'parser',
      name: 'broken',
      start: (context) => ({ push: (chunk) => push(chunk, context) }),
    };
    const target: FuzzTarget = {
      name: 'broken',
      samples: [sample],
      tokens: [],
      offsetsAreExact: true,
      feed: ({ source, sink }) => feed('fuzz').from(source).through(codec).to(sink),
    };
    return (await runCase(target, { target: 'broken', seed: 1, run: 1, input: sample })).problems;
  };

  it('is an error without a code', async () => {
    const thrown = await problems(() => {
      throw new TypeError('x is undefined');
    });
    expect(thrown).toContainEqual(expect.stringMatching(/CODEC_THREW[^]*x is undefined/));
  });

  it('is a record that the cut changes', async () => {
    expect(await problems((chunk) => [chunk.length])).toContainEqual(expect.stringContaining('the cut makes'));
  });

  it('is a byte offset that leads elsewhere', async () => {
    const wrong = await problems((_, { reject }) => [
      reject({ code: 'X', message: 'x', raw: '{"a":}', line: 2, byteOffset: 7 }),
    ]);
    expect(wrong).toContainEqual(expect.stringContaining('the offset of a rejection is wrong'));
  });
});
