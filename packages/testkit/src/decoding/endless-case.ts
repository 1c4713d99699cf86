import assert from 'node:assert/strict';
import { isMillraceError } from '@millrace/core';
import { isBlock, rejected } from '@millrace/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Cuttable } from '../cut.ts';
import type { ChunkStage } from './driven-stage.ts';
import { retainedBytes } from './retained-memory.ts';

/** An input that never ends: a first chunk, and then the same one again and again. */
export interface EndlessInput<I extends Cuttable> {
  readonly name: string;
  /** What comes first. @default nothing */
  readonly first?: I;
  /** What is repeated: some 64 KiB. */
  readonly chunk: I;
}

/** As much as a default limit may let through, twice. */
const ENOUGH = 128 * 1024 * 1024;
/** A stage that is slower than that is not told apart from one whose limit is not reached. */
const LONG_ENOUGH_MS = 10_000;
const MOST_HELD = 64 * 1024 * 1024;

/** However much comes, a stage holds a bounded part of it, or throws with a code. */
export function endlessCase<I extends Cuttable>(
  create: () => ChunkStage<I>,
  { name, first, chunk }: EndlessInput<I>,
): ConformanceCase {
  return {
    name: `${name}: memory stays bounded without an end`,
    clause: '3.8',
    run: async () => {
      const before = await retainedBytes();
      const stage = create().start({
        feed: 'cases',
        run: 'run 1',
        stage: 'cases',
        signal: new AbortController().signal,
        item: { id: 'cases:endless', uri: 'cases:endless' },
        count: () => {},
        note: () => {},
        reject: rejected,
      });
      try {
        if (first !== undefined) await drain(stage.push(first));
        // Each chunk is memory of its own, as a source's are.
        const until = Date.now() + LONG_ENOUGH_MS;
        for (let length = 0; length < ENOUGH && Date.now() < until; length += chunk.length) {
          await drain(stage.push(copy(chunk)));
        }
        const held = (await retainedBytes()) - before;
        assert.ok(held < MOST_HELD, `${held} bytes are held of ${ENOUGH}; there must be a limit, with a safe default.`);
      } catch (error) {
        if (!isMillraceError(error)) throw error;
      } finally {
        await stage.close?.();
      }
    },
  };
}

async function drain(produced: unknown): Promise<void> {
  if (isBlock(produced)) return;
  for await (const _ of produced as AsyncIterable<unknown>);
}

function copy<I extends Cuttable>(chunk: I): I {
  return (typeof chunk === 'string' ? Buffer.from(chunk).toString() : Uint8Array.from(chunk)) as I;
}
