import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { isMillraceError, type RangeParser } from '@millrace/core';
import { check, checkOptions, type ItemRanges } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { type RangeParserRun, runRangeParser, type RunRangeParserOptions } from './run-range-parser.ts';
import { seededRandom } from './seeded-random.ts';

/** The content of an item, and what the parser makes of it. */
export interface RangesSample<O> {
  readonly name: string;
  readonly input: Uint8Array;
  /** Every value in order. @default what the input gives */
  readonly outputs?: readonly O[];
  /** Codes of the rejected records, in order. @default what the input gives */
  readonly rejections?: readonly string[];
  /** Columns that the parser reports. @default not compared */
  readonly columns?: readonly string[];
  /** Names of the parts that it begins, in order, each with the number of records before it. @default what the input gives */
  readonly parts?: readonly (readonly [name: string, at: number])[];
  /** The code with which the parser throws. @default it does not throw */
  readonly error?: string;
}

export interface RangeParserCasesOptions<O> {
  /** Makes the parser; called for each case. */
  readonly create: () => RangeParser<O>;
  /** Inputs that matter to this parser: empty, tiny, usual, at its limits, damaged. */
  readonly samples: readonly RangesSample<O>[];
  /** Seed of the damage and of the order in which ranges are answered. @default 1 */
  readonly seed?: number;
}

/**
 * Returns the cases that every parser that reads ranges must pass, for the given samples.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { name, run } of rangeParserCases({ create: parseParquet, samples })) it(name, run);
 */
export function rangeParserCases<O>(options: RangeParserCasesOptions<O>): readonly ConformanceCase[] {
  checkOptions('rangeParserCases', options, {
    create: check.callback,
    samples: (value) => (Array.isArray(value) && value.length > 0 ? undefined : 'an array of samples'),
    seed: check.optional(check.integer(0)),
  });
  const { create, samples, seed = 1 } = options;
  return samples.flatMap((sample) => casesOf(create, sample, seed));
}

function casesOf<O>(create: () => RangeParser<O>, sample: RangesSample<O>, seed: number): readonly ConformanceCase[] {
  const { name, input, error } = sample;
  if (error !== undefined) {
    return [
      {
        name: `${name}: is an error`,
        clause: '3.4',
        run: async () => assert.equal(codeOf(await failure(runRangeParser(create(), input))), error),
      },
    ];
  }
  return [
    { name: `${name}: gives what it should`, clause: '3.2', run: () => asSaid(create(), sample) },
    ...(sample.parts === undefined
      ? []
      : [{ name: `${name}: begins its parts`, clause: '3.14', run: () => beginsParts(create(), sample) }]),
    {
      name: `${name}: read twice by one parser, side by side`,
      clause: '3.6',
      run: async () => {
        const parser = create();
        const [one, other] = await Promise.all([run(parser, input), run(parser, input)]);
        assert.deepEqual(one, other);
      },
    },
    {
      name: `${name}: ranges that are answered late and out of order`,
      clause: '3.2',
      run: async () => assert.deepEqual(await run(create(), slowly(input, seed)), await run(create(), input)),
    },
    {
      name: `${name}: reports its columns, wherever it resumes`,
      clause: '3.17',
      run: () => reportsColumns(create(), sample),
    },
    { name: `${name}: goes on behind what is settled`, clause: '3.12', run: () => goesOn(create(), input) },
    {
      name: `${name}: an error of the source is passed on`,
      clause: '3.13',
      run: () => passesErrorsOn(create(), input),
    },
    {
      name: `${name}: content that is cut short is an error`,
      clause: '3.4',
      run: async () => {
        for (const length of lengths(input.length)) {
          const cut = await runRangeParser(create(), input.subarray(0, length)).catch((thrown: unknown) => thrown);
          assert.ok(cut instanceof Error, `${length} of ${input.length} bytes must not pass for the whole.`);
          codeOf(cut);
        }
      },
    },
    { name: `${name}: damage has a code`, clause: '3.4', run: () => damaged(create(), input, seed) },
    {
      name: `${name}: leaves what it was given, wherever it is left`,
      clause: '3.7',
      run: () => left(create(), input),
    },
  ];
}

async function asSaid<O>(parser: RangeParser<O>, sample: RangesSample<O>): Promise<void> {
  const { values, rejections } = await runRangeParser(parser, sample.input);
  if (sample.outputs !== undefined) assert.deepEqual(values, sample.outputs);
  const codes = rejections.map(({ code }) => code);
  if (sample.rejections !== undefined) assert.deepEqual(codes, sample.rejections);
}

/** It reports the same columns wherever it resumes. */
async function reportsColumns<O>(parser: RangeParser<O>, { input, columns }: RangesSample<O>): Promise<void> {
  const whole = await runRangeParser(parser, input);
  if (columns !== undefined) assert.deepEqual(whole.columns, columns);
  const resumed = await runRangeParser(parser, input, { settled: whole.outputs.length });
  assert.deepEqual(resumed.columns, whole.columns);
}

async function beginsParts<O>(parser: RangeParser<O>, { input, parts }: RangesSample<O>): Promise<void> {
  const begun = (await runRangeParser(parser, input)).parts;
  assert.deepEqual(
    begun.map(({ name, at }) => [name, at]),
    parts,
  );
}

/** At each number of settled records that may matter, what is left out and what is emitted add up to all of them. */
async function goesOn<O>(parser: RangeParser<O>, input: Uint8Array): Promise<void> {
  const all = await run(parser, input);
  const count = all.length;
  for (const settled of new Set([0, 1, ...lengths(count), count])) {
    if (settled > count) continue;
    const { outputs, skipped } = await result(parser, input, { settled });
    assert.deepEqual(outputs, all.slice(skipped));
  }
}

async function passesErrorsOn<O>(parser: RangeParser<O>, input: Uint8Array): Promise<void> {
  const { reads } = await runRangeParser(parser, input);
  for (const at of new Set([0, Math.floor(reads.length / 2), reads.length - 1])) {
    const broken = Object.assign(new Error('the connection was reset'), { number: at });
    let asked = 0;
    const ranges: ItemRanges = {
      size: input.length,
      read: async (start, length) => {
        if (asked++ === at) throw broken;
        return Uint8Array.from(input.subarray(start, start + length));
      },
    };
    if (at < 0) continue;
    const thrown = await failure(runRangeParser(parser, ranges));
    assert.equal(thrown, broken, 'What the source rejected with must come out as it is.');
  }
}

async function damaged<O>(parser: RangeParser<O>, input: Uint8Array, seed: number): Promise<void> {
  const random = seededRandom(seed);
  for (let round = 0; round < 60 && input.length > 0; round += 1) {
    const copy = Uint8Array.from(input);
    for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips -= 1) {
      const at = random() < 0.5 ? random() * copy.length : copy.length - 1 - random() * Math.min(copy.length, 512);
      copy[Math.floor(at)]! ^= 1 << Math.floor(random() * 8);
    }
    await runRangeParser(parser, copy).catch(codeOf);
  }
}

/** It may be left after any output; what it was given is as it was. */
async function left<O>(parser: RangeParser<O>, input: Uint8Array): Promise<void> {
  const copy = Uint8Array.from(input);
  for (const most of [0, 1, 2]) {
    let seen = 0;
    const leave = new Error('left');
    const stop: RangeParser<O> = {
      ...parser,
      open: async (content, context) => {
        const stage = await parser.open(content, context);
        return {
          ...stage,
          outputs: async function* () {
            for await (const output of stage.outputs() as AsyncIterable<O>) {
              if (seen++ === most) throw leave;
              yield output;
            }
          },
        };
      },
    };
    await runRangeParser(stop, input).catch((thrown: unknown) => {
      if (thrown !== leave) throw thrown;
    });
  }
  assert.ok(Buffer.from(input).equals(copy), 'The content was changed.');
}

async function run<O>(parser: RangeParser<O>, content: Uint8Array | ItemRanges): Promise<readonly unknown[]> {
  return (await result(parser, content)).outputs;
}

/** Outputs in a form that can be compared: of a rejection, what is not for people. */
async function result<O>(
  parser: RangeParser<O>,
  content: Uint8Array | ItemRanges,
  options: RunRangeParserOptions = {},
): Promise<{ readonly outputs: readonly unknown[]; readonly skipped: number }> {
  const { outputs, rejections, skipped }: RangeParserRun<O> = await runRangeParser(parser, content, options);
  const rejected = new Map(rejections.map(({ ordinal, code, raw }) => [ordinal, { code, raw }]));
  return { outputs: outputs.map((output, ordinal) => rejected.get(ordinal) ?? output), skipped };
}

/** Ranges that are answered after one to four turns, so that later ones may overtake earlier ones. */
function slowly(input: Uint8Array, seed: number): ItemRanges {
  const random = seededRandom(seed);
  return {
    size: input.length,
    read: async (start, length) => {
      for (let turns = Math.floor(random() * 4); turns >= 0; turns -= 1) await turn();
      return Uint8Array.from(input.subarray(start, start + length));
    },
  };
}

/** Lengths below the whole: at both ends and some between. */
function lengths(whole: number): readonly number[] {
  const some = [0, 1, 4, 8, 12, whole / 4, whole / 3, whole / 2, whole - 9, whole - 8, whole - 4, whole - 1];
  return [...new Set(some.map(Math.floor))].filter((length) => length >= 0 && length < whole);
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail('It must be an error.'),
    (thrown: unknown) => thrown,
  );
}

/** Contract: what a parser throws on purpose has a code. Anything else, and a failed check, does not count as an outcome. */
function codeOf(error: unknown): string {
  if (!isMillraceError(error)) throw error;
  return error.code;
}
