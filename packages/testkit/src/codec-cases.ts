import assert from 'node:assert/strict';
import { type Codec, isMillraceError } from '@millrace/core';
import { check, checkOptions, type Emits } from '@millrace/core/plugin';
import { type EndlessInput, endlessCase } from './codec-cases/endless-case.ts';
import { type CodecExpansion, expansionCase } from './codec-cases/expansion-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { type Cuttable, cuttings } from './cut.ts';
import { type CodecRun, driveCodec, type DrivenCodec, runCodec } from './run-codec.ts';

/** An input, whole, and what the codec makes of it. */
export interface CodecSample<I extends Cuttable, O> {
  readonly name: string;
  readonly input: I;
  /** Every value in order; bytes or text of chunks are joined before they are compared. @default what the whole input gives */
  readonly outputs?: readonly O[];
  /** The parts that the codec begins, each with its name and all of its outputs. @default what the whole input gives */
  readonly parts?: readonly (readonly [name: string, outputs: readonly O[]])[];
  /** Codes of the rejected records, in order. @default what the whole input gives */
  readonly rejections?: readonly string[];
  /** What the codec counts. @default not compared */
  readonly counters?: Readonly<Record<string, number>>;
  /** The code with which the codec throws. @default it does not throw */
  readonly error?: string;
}

export interface CodecCasesOptions<I extends Cuttable, O, E extends Emits> {
  /** Makes the codec; called for each case. */
  readonly create: () => Codec<I, O, E>;
  /** Inputs that matter to this codec: empty, tiny, usual, at its limits, damaged, cut short. */
  readonly samples: readonly CodecSample<I, O>[];
  /** An input that becomes a hundred times as large, or more: at least 16 MiB. @default the codec does not expand so much */
  readonly expansion?: CodecExpansion<I>;
  /** Inputs that never end, in chunks of about 64 KiB, such as a line without an end. @default none */
  readonly endless?: readonly EndlessInput<I>[];
  /** Seed of the random cuts. @default 1 */
  readonly seed?: number;
}

/**
 * What every codec must do, for the samples given: `for (const { name, run } of codecCases(…)) it(name, run)`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function codecCases<I extends Cuttable, O, E extends Emits>(
  options: CodecCasesOptions<I, O, E>,
): readonly ConformanceCase[] {
  checkOptions('codecCases', options, {
    create: check.callback,
    samples: (value) => (Array.isArray(value) && value.length > 0 ? undefined : 'an array of samples'),
    expansion: check.optional(check.object),
    endless: check.optional(check.object),
    seed: check.optional(check.integer(0)),
  });
  const { create, samples, expansion, endless = [], seed = 1 } = options;
  return [
    ...samples.flatMap((sample) => casesOf(create, sample, seed)),
    ...(expansion === undefined ? [] : [expansionCase(create, expansion)]),
    ...endless.map((input) => endlessCase(create, input)),
  ];
}

function casesOf<I extends Cuttable, O, E extends Emits>(
  create: () => Codec<I, O, E>,
  sample: CodecSample<I, O>,
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
      name: `${name}: read twice by one codec`,
      clause: '3.2',
      run: async () => {
        const codec = create();
        assert.deepEqual(await outcome(codec, some, sample), await outcome(codec, some, sample));
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

async function outcome<I extends Cuttable, O, E extends Emits>(
  codec: Codec<I, O, E>,
  chunks: readonly I[],
  sample: CodecSample<I, O>,
): Promise<Outcome> {
  try {
    return comparable(codec, await runCodec(codec, chunks), sample);
  } catch (error) {
    return { error: codeOf(error) };
  }
}

function comparable<I extends Cuttable, O, E extends Emits>(
  { emits }: Codec<I, O, E>,
  { values, parts, rejections, counters }: CodecRun<O>,
  sample: CodecSample<I, O>,
): Outcome {
  return {
    outputs: emits === 'chunks' ? joined(values) : values,
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
async function expected<I extends Cuttable, O, E extends Emits>(
  codec: Codec<I, O, E>,
  sample: CodecSample<I, O>,
): Promise<Outcome> {
  const { input, outputs, parts, rejections, counters, error } = sample;
  if (error !== undefined) return { error };
  const whole = await outcome(codec, [input], sample);
  if ('error' in whole) assert.fail(`The whole input throws ${whole.error}, but the sample names no error.`);
  if (rejections !== undefined) {
    assert.deepEqual(
      whole.rejections.map(({ code }) => code),
      rejections,
    );
  }
  return {
    outputs: outputs === undefined ? whole.outputs : codec.emits === 'chunks' ? joined(outputs) : outputs,
    parts: parts === undefined ? whole.parts : parts.map(([name, content]) => [name, joined(content)]),
    rejections: whole.rejections,
    counters,
  };
}

/** Two items of the same codec, chunk by chunk in turn, must each come to what one alone comes to. */
async function interleaved<I extends Cuttable, O, E extends Emits>(
  codec: Codec<I, O, E>,
  chunks: readonly I[],
  sample: CodecSample<I, O>,
): Promise<void> {
  const alone = await outcome(codec, chunks, sample);
  const items = [driveCodec(codec), driveCodec(codec)];
  const errors = new Map<unknown, string>();
  const each = async (step: (item: DrivenCodec<I, O>) => Promise<void>): Promise<void> => {
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
    assert.deepEqual(error === undefined ? comparable(codec, item.result(), sample) : { error }, alone);
  }
}

async function beginsParts<I extends Cuttable, O, E extends Emits>(
  codec: Codec<I, O, E>,
  chunks: readonly I[],
  sample: CodecSample<I, O>,
): Promise<void> {
  assert.deepEqual(await outcome(codec, chunks, sample), await expected(codec, sample));
}

/** `close` must not fail: right after the start, after some of the input, and after an error. */
async function abandoned<I extends Cuttable, O, E extends Emits>(
  codec: Codec<I, O, E>,
  chunks: readonly I[],
  { error: expectedError }: CodecSample<I, O>,
): Promise<void> {
  for (const count of [0, 1, chunks.length]) {
    const item = driveCodec(codec);
    try {
      for (const chunk of chunks.slice(0, count)) await item.push(chunk);
    } catch (error) {
      if (expectedError === undefined) throw error;
    }
    await item.close();
  }
}

/** A codec may keep a chunk until the end of the item, so it is looked at then. */
async function unchanged<I extends Cuttable, O, E extends Emits>(
  codec: Codec<I, O, E>,
  chunks: readonly I[],
  sample: CodecSample<I, O>,
): Promise<void> {
  const copies = chunks.map((chunk) => Buffer.from(chunk));
  await outcome(codec, chunks, sample);
  for (const [index, chunk] of chunks.entries()) {
    assert.ok(copies[index]!.equals(Buffer.from(chunk)), `Chunk ${index} was changed by the codec.`);
  }
}

/** Every marker comes out once, where its record stood; `runCodec` throws where one is emitted twice or never. */
async function keepsPlaces<I extends Cuttable, O, E extends Emits>(
  codec: Codec<I, O, E>,
  chunks: readonly I[],
  sample: CodecSample<I, O>,
): Promise<void> {
  const answer = await outcome(codec, chunks, sample);
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

/** Contract: what a codec throws on purpose has a code. Anything else, and a failed check, is no outcome. */
function codeOf(error: unknown): string {
  if (!isMillraceError(error)) throw error;
  return error.code;
}
