import assert from 'node:assert/strict';
import { isMillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';

export interface OptionCasesOptions {
  /** Makes the plugin with these options. */
  readonly make: (options: object) => unknown;
  /** Options that it takes. @default none */
  readonly valid?: object;
  /** Options, each of them in addition to the valid ones, that it must refuse. @default none */
  readonly invalid?: readonly object[];
}

/**
 * Returns the cases that the factory of every plugin must pass: it accepts valid options and refuses all others when it is
 * called.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { name, run } of optionCases({ make: gunzip, invalid: [{ maxRatio: 0 }] })) it(name, run);
 */
export function optionCases(options: OptionCasesOptions): readonly ConformanceCase[] {
  checkOptions('optionCases', options, {
    make: check.callback,
    valid: check.optional(check.object),
    invalid: check.optional(check.object),
  });
  const { make, valid = {}, invalid = [] } = options;
  const refused = (wrong: object, code: string): void => {
    assert.throws(
      () => make({ ...valid, ...wrong }),
      (error: unknown) => isMillraceError(error) && error.code === code,
      `Options ${JSON.stringify(wrong)} must be refused with ${code} when the plugin is made.`,
    );
  };
  const cases: readonly (readonly [string, () => void])[] = [
    ['valid options are taken', () => void make(valid)],
    ['an unknown option is refused', () => refused({ optionThatDoesNotExist: 1 }, 'OPTION_UNKNOWN')],
    ...invalid.map((wrong) => [`refused: ${JSON.stringify(wrong)}`, () => refused(wrong, 'OPTION_INVALID')] as const),
  ];
  return cases.map(([name, test]) => ({ name, clause: '8.3', run: async () => test() }));
}
