import type { CharsetDecoder } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { type EndlessInput, endlessCase } from './decoding/endless-case.ts';
import { offsetsCase } from './decoding/offsets-case.ts';
import { checkSamples, stageCases } from './decoding/stage-cases.ts';

/** An input, whole, and the text that the charset decoder makes of it. */
export interface CharsetDecoderSample {
  readonly name: string;
  readonly input: Uint8Array;
  /** Text in order, joined before it is compared. @default what the whole input gives */
  readonly outputs?: readonly string[];
  /** What it counts. @default not compared */
  readonly counters?: Readonly<Record<string, number>>;
  /** The code with which it throws. @default it does not throw */
  readonly error?: string;
}

export interface CharsetDecoderCasesOptions {
  /** Makes the charset decoder; called for each case. */
  readonly create: () => CharsetDecoder;
  /** Inputs that matter to it: empty, tiny, usual, damaged, cut short. */
  readonly samples: readonly CharsetDecoderSample[];
  /** Inputs that never end, in chunks of about 64 KiB. @default none */
  readonly endless?: readonly EndlessInput<Uint8Array>[];
  /** Seed of the random cuts. @default 1 */
  readonly seed?: number;
}

/**
 * Returns the cases that every charset decoder must pass, for the given samples.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const samples = [{ name: 'usual', input: Buffer.from('größe'), outputs: ['größe'] }];
 * const cases = charsetDecoderCases({ create: () => decodeText('utf-8'), samples });
 * for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);
 */
export function charsetDecoderCases(options: CharsetDecoderCasesOptions): readonly ConformanceCase[] {
  checkOptions('charsetDecoderCases', options, {
    create: check.callback,
    samples: checkSamples,
    endless: check.optional(check.object),
    seed: check.optional(check.integer(0)),
  });
  const { create, samples, endless = [], seed = 1 } = options;
  return [
    ...samples.flatMap((sample) => [
      ...stageCases(create, sample, seed),
      ...(sample.error === undefined ? [offsetsCase(create, sample, seed)] : []),
    ]),
    ...endless.map((input) => endlessCase(create, input)),
  ];
}
