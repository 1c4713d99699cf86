import assert from 'node:assert/strict';
import type { Parser } from '@millrace/core';
import type { ConformanceCase } from '../conformance-case.ts';
import { type Cuttable, cuttings } from '../cut.ts';
import { runStage } from './driven-stage.ts';

/** What a parser reports of columns: the same for every way of cutting, and once for each object that has records. */
export function columnsCase<I extends Cuttable, T>(
  create: () => Parser<I, T>,
  { name, input, columns }: { readonly name: string; readonly input: I; readonly columns?: readonly string[] },
  seed: number,
): ConformanceCase {
  return {
    name: `${name}: reports its columns`,
    clause: '3.17',
    run: async () => {
      const parser = create();
      const whole = await runStage<I, T>(parser, [input]);
      if (columns !== undefined) assert.deepEqual(whole.columns, columns);
      for (const way of cuttings(input, seed)) {
        const cut = await runStage<I, T>(parser, way.chunks);
        assert.deepEqual(cut.columns, whole.columns, `Other columns are reported of ${way.name}.`);
      }
    },
  };
}
