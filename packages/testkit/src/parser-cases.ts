import type { Parser } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import type { Cuttable } from './cut.ts';
import { columnsCase } from './decoding/columns-case.ts';
import { type EndlessInput, endlessCase } from './decoding/endless-case.ts';
import { type Expansion, expansionCase } from './decoding/expansion-case.ts';
import { placeCases } from './decoding/place-cases.ts';
import { checkSamples, stageCases } from './decoding/stage-cases.ts';

/** An input, whole, and what the parser makes of it. */
export interface ParserSample<I extends Cuttable, T> {
  readonly name: string;
  readonly input: I;
  /** Every record in order. @default what the whole input gives */
  readonly outputs?: readonly T[];
  /** Codes of the rejected records, in order. @default what the whole input gives */
  readonly rejections?: readonly string[];
  /** Columns that the parser reports. @default what the whole input gives */
  readonly columns?: readonly string[];
  /** What the parser counts. @default not compared */
  readonly counters?: Readonly<Record<string, number>>;
  /** The code with which the parser throws. @default it does not throw */
  readonly error?: string;
}

export interface ParserCasesOptions<I extends Cuttable, T> {
  /** Makes the parser; called for each case. */
  readonly create: () => Parser<I, T>;
  /** Inputs that matter to it: empty, tiny, usual, at its limits, with bad records, cut short. */
  readonly samples: readonly ParserSample<I, T>[];
  /** An input that becomes a hundred times as large, or more: at least 16 MiB. @default it does not expand that much */
  readonly expansion?: Expansion<I>;
  /** Inputs that never end, in chunks of about 64 KiB, such as a line without an end. @default none */
  readonly endless?: readonly EndlessInput<I>[];
  /** Seed of the random cuts. @default 1 */
  readonly seed?: number;
}

/**
 * Returns the cases that every parser of chunks must pass, for the given samples.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const samples = [{ name: 'usual', input: 'a,b\n1,2\n', outputs: [{ a: '1', b: '2' }] }];
 * for (const { clause, name, run } of parserCases({ create: parseCsv, samples })) it(`${clause} ${name}`, run);
 */
export function parserCases<I extends Cuttable, T>(options: ParserCasesOptions<I, T>): readonly ConformanceCase[] {
  checkOptions('parserCases', options, {
    create: check.callback,
    samples: checkSamples,
    expansion: check.optional(check.object),
    endless: check.optional(check.object),
    seed: check.optional(check.integer(0)),
  });
  const { create, samples, expansion, endless = [], seed = 1 } = options;
  return [
    ...samples.flatMap((sample) => [
      ...stageCases(create, sample, seed),
      ...(sample.error === undefined ? [...placeCases(create, sample, seed), columnsCase(create, sample, seed)] : []),
    ]),
    ...(expansion === undefined ? [] : [expansionCase(create, expansion)]),
    ...endless.map((input) => endlessCase(create, input)),
  ];
}
