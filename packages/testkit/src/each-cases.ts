import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';
import { type Each, isMillraceError, type ItemOrigin, type RecordContext } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { atAnotherTime } from './each-cases/at-another-time.ts';
import { runEach } from './each-cases/run-each.ts';

/** A record, and what the each makes of it. */
export interface EachSample<I, O> {
  readonly name: string;
  readonly input: I;
  /** The records that come of it, in order: one, several by `many`, or none where it is dropped. @default not compared */
  readonly outputs?: readonly O[];
  /** The code with which it is rejected. @default it is not rejected */
  readonly error?: string;
}

export interface EachCasesOptions<I, O> {
  /** Makes the each; called for each case. */
  readonly create: () => Each<I, O>;
  /** Records that matter to this each: usual ones, those at its limits, those that it drops, fans out and rejects. */
  readonly samples: readonly EachSample<I, O>[];
  /** The item that the records come from. @default `cases:item` */
  readonly item?: ItemOrigin;
}

const ITEM: ItemOrigin = { id: 'cases:item?version=1', uri: 'cases:item', lastModified: '2026-01-02T03:04:05.000Z' };

/**
 * Returns the cases that every transform of single records must pass, for the given samples.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { name, run } of eachCases({ create, samples })) it(name, run);
 */
export function eachCases<I, O>(options: EachCasesOptions<I, O>): readonly ConformanceCase[] {
  checkOptions('eachCases', options, {
    create: check.callback,
    samples: (value) => (Array.isArray(value) && value.length > 0 ? undefined : 'an array of samples'),
    item: check.optional(check.object),
  });
  const { create, samples, item = ITEM } = options;
  const inputs = samples.map(({ input }) => input);
  return [
    ...samples.flatMap((sample) => casesOf(create, sample, item)),
    {
      name: 'records are the same in whatever order they come',
      clause: '4.1',
      run: async () => {
        const each = create();
        const forth = await Promise.all(inputs.map((input) => outcome(each, input, item)));
        const back: unknown[] = [];
        for (const input of inputs.toReversed()) back.unshift(await outcome(each, input, item));
        same(back, forth, 'What an each makes of a record must not depend on the records before it.');
      },
    },
    {
      name: 'a feed counts what is passed on, dropped, fanned out and rejected',
      clause: '4.3',
      run: async () => {
        const { records, rejections, report } = await runEach(create(), inputs, item);
        assert.equal(report.outcome, 'complete', report.error?.message);
        for (const [ordinal, { name, outputs, error }] of samples.entries()) {
          const found = records.filter((record) => record.ordinal === ordinal);
          if (error === undefined && outputs !== undefined)
            same(
              found.map(({ value }) => value),
              outputs,
              name,
            );
          const codes = rejections.filter((one) => one.ordinal === ordinal).map(({ code }) => code);
          assert.deepEqual(codes, error === undefined ? [] : [error], name);
        }
      },
    },
  ];
}

function casesOf<I, O>(
  create: () => Each<I, O>,
  { name, input, outputs, error }: EachSample<I, O>,
  item: ItemOrigin,
): readonly ConformanceCase[] {
  // Cases share the record, so it is looked at before any of them has run.
  const before = shown(input);
  return [
    {
      name: `${name}: the same at another reading`,
      clause: '4.1',
      run: async () => {
        const each = create();
        const first = await outcome(each, input, item);
        same(await outcome(each, input, item, 'run 2', atAnotherTime), first, ONE_ANSWER);
        await sleep(5);
        same(await outcome(create(), input, item, 'run 3'), first, ONE_ANSWER);
      },
    },
    {
      name: `${name}: the record is left as it was`,
      clause: '4.2',
      run: async () => {
        await outcome(create(), input, item);
        assert.equal(
          shown(input),
          before,
          'A rejection keeps the record as it stood before, so an each must not change it.',
        );
      },
    },
    error === undefined
      ? {
          name: `${name}: comes to what is expected`,
          clause: '4.3',
          run: async () => {
            const { records, rejections } = await runEach(create(), [input], item);
            assert.deepEqual(
              rejections.map(({ code }) => code),
              [],
              'The record must not be rejected.',
            );
            if (outputs !== undefined)
              same(
                records.map(({ value }) => value),
                outputs,
                'The outputs differ.',
              );
          },
        }
      : {
          name: `${name}: is rejected with its code, and the records beside it are not`,
          clause: '4.2',
          run: async () => {
            const answer = await outcome(create(), input, item);
            assert.deepEqual(
              answer,
              { error },
              'What is wrong with a record must be thrown, as a MillraceError with a code.',
            );
          },
        },
  ];
}

const ONE_ANSWER = 'An each must make the same of a record at every reading, whatever the run, the clock and chance.';

/** What `apply` returns or throws. */
async function outcome<I, O>(
  each: Each<I, O>,
  input: I,
  item: ItemOrigin,
  run = 'run 1',
  around: <T>(call: () => T) => T = (call) => call(),
): Promise<unknown> {
  const { signal } = new AbortController();
  const record: RecordContext = { ordinal: 0, branch: '', item, feed: 'cases', run, signal };
  try {
    return { answer: await around(() => each.apply(input, record)) };
  } catch (error) {
    return { error: isMillraceError(error) ? error.code : 'TRANSFORM_THREW' };
  }
}

function same(actual: unknown, expected: unknown, message: string): void {
  if (!isDeepStrictEqual(actual, expected)) assert.deepEqual(actual, expected, message);
}

function shown(value: unknown): string {
  return inspect(value, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, showHidden: false });
}
