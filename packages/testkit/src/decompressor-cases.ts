import type { Decompressor } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { type EndlessInput, endlessCase } from './decoding/endless-case.ts';
import { type Expansion, expansionCase } from './decoding/expansion-case.ts';
import { checkSamples, stageCases } from './decoding/stage-cases.ts';

/** An input, whole, and what the decompressor makes of it. */
export interface DecompressorSample {
  readonly name: string;
  readonly input: Uint8Array;
  /** Bytes in order, joined before they are compared. @default what the whole input gives */
  readonly outputs?: readonly Uint8Array[];
  /** The parts that it begins, each with its name and all of its bytes. @default what the whole input gives */
  readonly parts?: readonly (readonly [name: string, outputs: readonly Uint8Array[]])[];
  /** What it counts. @default not compared */
  readonly counters?: Readonly<Record<string, number>>;
  /** The code with which it throws. @default it does not throw */
  readonly error?: string;
}

export interface DecompressorCasesOptions {
  /** Makes the decompressor; called for each case. */
  readonly create: () => Decompressor;
  /** Inputs that matter to it: empty, tiny, usual, at its limits, damaged, cut short. */
  readonly samples: readonly DecompressorSample[];
  /** An input that becomes a hundred times as large, or more: at least 16 MiB. @default it does not expand that much */
  readonly expansion?: Expansion<Uint8Array>;
  /** Inputs that never end, in chunks of about 64 KiB. @default none */
  readonly endless?: readonly EndlessInput<Uint8Array>[];
  /** Seed of the random cuts. @default 1 */
  readonly seed?: number;
}

/**
 * Returns the cases that every decompressor must pass, for the given samples.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { clause, name, run } of decompressorCases({ create: gunzip, samples })) it(`${clause} ${name}`, run);
 */
export function decompressorCases(options: DecompressorCasesOptions): readonly ConformanceCase[] {
  checkOptions('decompressorCases', options, {
    create: check.callback,
    samples: checkSamples,
    expansion: check.optional(check.object),
    endless: check.optional(check.object),
    seed: check.optional(check.integer(0)),
  });
  const { create, samples, expansion, endless = [], seed = 1 } = options;
  return [
    ...samples.flatMap((sample) => stageCases(create, sample, seed)),
    ...(expansion === undefined ? [] : [expansionCase(create, expansion)]),
    ...endless.map((input) => endlessCase(create, input)),
  ];
}
