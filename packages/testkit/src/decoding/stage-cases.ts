import assert from 'node:assert/strict';
import { isMillraceError } from '@millrace/core';
import type { CollectedRun } from '../collect-outputs.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { type Cuttable, cuttings } from '../cut.ts';
import { type ChunkStage, type DrivenStage, driveStage, runStage } from './driven-stage.ts';

/** An input, whole, and what a stage makes of it. */
export interface StageSample<I extends Cuttable> {
  readonly name: string;
  readonly input: I;
  readonly outputs?: readonly unknown[];
  readonly parts?: readonly (readonly [name: string, outputs: readonly unknown[]])[];
  readonly rejections?: readonly string[];
  readonly counters?: Readonly<Record<string, number>>;
  readonly error?: string;
}

/** What every stage that is given chunks must do with a sample, whatever its role. */
export function stageCases<I extends Cuttable>(
  create: () => ChunkStage<I>,
  sample: StageSample<I>,
  seed: number,
): readonly ConformanceCase[] {
  const { name, input, error } = sample;
  const ways = cuttings(input, seed);
  const some = ways.find((way) => way.name.startsWith('random'))!.chunks;
  return [
    ...ways.map((way) => ({
      name: `${name}: ${way.name}`,
      clause: error === undefined ? '3.1' : '3.4',
      run: async () => assert.deepEqual(await outcome(create(), way.chunks, sample), await expected(create(), sample)),
    })),
    {
      name: `${name}: read twice by one stage`,
      clause: '3.2',
      run: async () => {
        const stage = create();
        assert.deepEqual(await outcome(stage, some, sample), await outcome(stage, some, sample));
      },
    },
    { name: `${name}: two items share no state`, clause: '3.6', run: () => interleaved(create(), some, sample) },
    { name: `${name}: the input is left as it was`, clause: '3.9', run: () => unchanged(create(), some, sample) },
    ...(sample.parts === undefined
      ? []
      : [{ name: `${name}: begins its parts`, clause: '3.14', run: () => beginsParts(create(), some, sample) }]),
    { name: `${name}: bad records keep their place`, clause: '3.5', run: () => keepsPlaces(create(), some, sample) },
    { name: `${name}: closes wherever it is left`, clause: '3.7', run: () => abandoned(create(), some, sample) },
  ];
}

/** What came of an item, in a form that can be compared. */
type Outcome =
  | { readonly error: string }
  | {
      readonly outputs: unknown;
      readonly parts: unknown;
      readonly rejections: readonly Readonly<Record<string, unknown>>[];
      readonly counters: Readonly<Record<string, number>> | undefined;
    };

async function outcome<I extends Cuttable>(
  stage: ChunkStage<I>,
  chunks: readonly I[],
  sample: StageSample<I>,
): Promise<Outcome> {
  try {
    return comparable(stage, await runStage(stage, chunks), sample);
  } catch (error) {
    return { error: codeOf(error) };
  }
}

function comparable<I extends Cuttable>(
  { kind }: ChunkStage<I>,
  { values, parts, rejections, counters }: CollectedRun<unknown>,
  sample: StageSample<I>,
): Outcome {
  return {
    outputs: kind !== 'parser' ? joined(values) : values,
    parts: parts.map(({ name, at }, index) => [name, joined(values.slice(at, parts[index + 1]?.at))]),
    // Messages are for people, and causes are objects of their own; all else must be the same.
    rejections: rejections.map(({ code, ordinal, raw, line, byteOffset }) => ({
      code,
      ordinal,
      raw,
      line,
      byteOffset,
    })),
    counters: sample.counters === undefined ? undefined : counters,
  };
}

/** What the sample says; what it leaves open is what the whole input gives. */
async function expected<I extends Cuttable>(stage: ChunkStage<I>, sample: StageSample<I>): Promise<Outcome> {
  const { input, outputs, parts, rejections, counters, error } = sample;
  if (error !== undefined) return { error };
  const whole = await outcome(stage, [input], sample);
  if ('error' in whole) assert.fail(`The whole input throws ${whole.error}, but the sample names no error.`);
  if (rejections !== undefined) {
    assert.deepEqual(
      whole.rejections.map(({ code }) => code),
      rejections,
    );
  }
  return {
    outputs: outputs === undefined ? whole.outputs : stage.kind !== 'parser' ? joined(outputs) : outputs,
    parts: parts === undefined ? whole.parts : parts.map(([name, content]) => [name, joined(content)]),
    rejections: whole.rejections,
    counters,
  };
}

/** Two items of the same stage, chunk by chunk in turn, must each come to what one alone comes to. */
async function interleaved<I extends Cuttable>(
  stage: ChunkStage<I>,
  chunks: readonly I[],
  sample: StageSample<I>,
): Promise<void> {
  const alone = await outcome(stage, chunks, sample);
  const items = [driveStage<I, unknown>(stage), driveStage<I, unknown>(stage)];
  const errors = new Map<unknown, string>();
  const each = async (step: (item: DrivenStage<I, unknown>) => Promise<void>): Promise<void> => {
    for (const item of items) {
      if (errors.has(item)) continue;
      try {
        await step(item);
      } catch (error) {
        errors.set(item, codeOf(error));
      }
    }
  };
  for (const chunk of chunks) await each((item) => item.push(chunk));
  await each((item) => item.end());
  for (const item of items) {
    await item.close();
    const error = errors.get(item);
    assert.deepEqual(error === undefined ? comparable(stage, item.result(), sample) : { error }, alone);
  }
}

async function beginsParts<I extends Cuttable>(
  stage: ChunkStage<I>,
  chunks: readonly I[],
  sample: StageSample<I>,
): Promise<void> {
  assert.deepEqual(await outcome(stage, chunks, sample), await expected(stage, sample));
}

/** `close` must not fail: right after the start, after some of the input, and after an error. */
async function abandoned<I extends Cuttable>(
  stage: ChunkStage<I>,
  chunks: readonly I[],
  { error: expectedError }: StageSample<I>,
): Promise<void> {
  for (const count of [0, 1, chunks.length]) {
    const item = driveStage<I, unknown>(stage);
    try {
      for (const chunk of chunks.slice(0, count)) await item.push(chunk);
    } catch (error) {
      if (expectedError === undefined) throw error;
    }
    await item.close();
  }
}

/** A stage may keep a chunk until the end of the item, so it is looked at then. */
async function unchanged<I extends Cuttable>(
  stage: ChunkStage<I>,
  chunks: readonly I[],
  sample: StageSample<I>,
): Promise<void> {
  const copies = chunks.map((chunk) => Buffer.from(chunk));
  await outcome(stage, chunks, sample);
  for (const [index, chunk] of chunks.entries()) {
    assert.ok(copies[index]!.equals(Buffer.from(chunk)), `Chunk ${index} was changed by the stage.`);
  }
}

/** Every marker comes out once, where its record stood; `runStage` throws if one is emitted twice or never. */
async function keepsPlaces<I extends Cuttable>(
  stage: ChunkStage<I>,
  chunks: readonly I[],
  sample: StageSample<I>,
): Promise<void> {
  const answer = await outcome(stage, chunks, sample);
  if ('error' in answer) {
    assert.equal(answer.error, sample.error);
    return;
  }
  const codes = answer.rejections.map(({ code }) => code);
  if (sample.rejections !== undefined) assert.deepEqual(codes, sample.rejections);
}

function joined(chunks: readonly unknown[]): unknown {
  if (chunks.every((chunk) => typeof chunk === 'string')) return chunks.join('');
  return Buffer.concat(chunks as readonly Uint8Array[]).toString('hex');
}

/** Contract: what a stage throws on purpose has a code. Anything else, and a failed check, does not count as an outcome. */
function codeOf(error: unknown): string {
  if (!isMillraceError(error)) throw error;
  return error.code;
}

/** What the option `samples` must be. */
export function checkSamples(value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0 ? undefined : 'an array of samples';
}
