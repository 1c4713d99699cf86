import assert from 'node:assert/strict';
import { isBlock, isPart } from '@millrace/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Cuttable } from '../cut.ts';
import type { ChunkStage } from './driven-stage.ts';
import { retainedBytes } from './retained-memory.ts';

/** An input that becomes a hundred times as large, or more. */
export interface Expansion<I extends Cuttable> {
  readonly input: I;
  /** Bytes or characters that it becomes: at least 16 MiB. */
  readonly outputLength: number;
}

const LEAST = 16 * 1024 * 1024;
/** "About a megabyte" is not more than this. */
const LARGEST_OUTPUT = 2 * 1024 * 1024;
const ITEM = { id: 'cases:expansion', uri: 'cases:expansion' };

/** One chunk that expands must come out bit by bit: outputs of bounded size, none of them made before it is asked for. */
export function expansionCase<I extends Cuttable>(
  create: () => ChunkStage<I>,
  { input, outputLength }: Expansion<I>,
): ConformanceCase {
  return {
    name: 'an input that expands a hundredfold comes out bit by bit',
    clause: '3.3',
    run: async () => {
      assert.ok(outputLength >= LEAST, `The expansion must come to ${LEAST} bytes or more to be told from noise.`);
      const before = await retainedBytes();
      const stage = create().start({
        feed: 'cases',
        run: 'run 1',
        stage: 'cases',
        signal: new AbortController().signal,
        item: ITEM,
        count: () => {},
        note: () => {},
        reject: () => assert.fail('An expansion must not be rejected.'),
      });
      try {
        let length = 0;
        let first = true;
        for await (const size of sizes(stage.push(input))) {
          assert.ok(size <= LARGEST_OUTPUT, `An output has ${size} bytes; a megabyte is about the most.`);
          if (first) {
            const held = (await retainedBytes()) - before;
            assert.ok(held < outputLength / 2, `At the first output, ${held} bytes are held of ${outputLength}.`);
          }
          first = false;
          length += size;
        }
        if (stage.end !== undefined) for await (const size of sizes(stage.end())) length += size;
        assert.equal(length, outputLength);
      } finally {
        await stage.close?.();
      }
    },
  };
}

async function* sizes(produced: unknown): AsyncGenerator<number, void, undefined> {
  assert.ok(!isBlock(produced), 'A block is made as a whole, so it cannot be what expands a hundredfold.');
  for await (const output of produced as AsyncIterable<unknown>) {
    if (isPart(output)) continue;
    yield typeof output === 'string' || output instanceof Uint8Array ? output.length : JSON.stringify(output).length;
  }
}
