import assert from 'node:assert/strict';
import { isMillraceError } from '@millrace/core';
import type { SourceItem } from '@millrace/core/plugin';
import type { Cuttable } from '../cut.ts';
import { seededRandom } from '../seeded-random.ts';
import { caseContext, caseItemContext } from '../item-context.ts';
import type { SourceBench } from './source-bench.ts';

/** A prime, so that no cut of a power of two is like another. */
const PERIOD = 65_521;

/** Bytes that differ from seed to seed, and from place to place. They are printable ASCII, for sources of text. */
export function content(seed: number, length: number = 256 * 1024): Uint8Array {
  const random = seededRandom(seed);
  return Buffer.alloc(length).fill(Uint8Array.from({ length: PERIOD }, () => 32 + Math.floor(random() * 95)));
}

export function openItem<Ref, T extends Cuttable>(
  { source }: SourceBench<Ref, T>,
  ref: Ref,
  run?: string,
): Promise<SourceItem<T>> {
  return source.open(ref, caseContext(undefined, run));
}

/** The whole content of an opened item, which is closed whatever happens. */
export async function readItem(item: SourceItem<Cuttable>, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of item.chunks(caseItemContext(item.origin, signal))) chunks.push(Buffer.from(chunk));
  } finally {
    await item.close?.();
  }
  return Buffer.concat(chunks);
}

export async function idAndContent<Ref, T extends Cuttable>(
  bench: SourceBench<Ref, T>,
  ref: Ref,
): Promise<{ readonly id: string; readonly bytes: Buffer }> {
  const item = await openItem(bench, ref);
  return { id: item.origin.id, bytes: await readItem(item) };
}

/** Fails unless the bytes are the same; the message does not show a quarter of a megabyte. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length, 'The content has another length than the object.');
  assert.ok(Buffer.compare(actual, expected) === 0, 'The content is not that of the object.');
}

/** What a promise rejects with must have a code, so that it can be acted on. */
export async function rejectsWithCode(promise: Promise<unknown>, what: string): Promise<void> {
  const error = await promise.then(
    () => assert.fail(`${what} must reject.`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof assert.AssertionError) throw error;
  assert.ok(isMillraceError(error), `${what} must reject with a MillraceError, not with ${String(error)}.`);
}
