import { parseArgs } from 'node:util';
import { COLD_START } from './cold-start.ts';
import { rows } from './rows.ts';
import type { Row } from './row.ts';
import type { Variant } from './variant.ts';

export interface BenchArguments {
  readonly quick: boolean;
  readonly verify: boolean;
  readonly writeDocs: boolean;
  /** Where CPU profiles go. */
  readonly profile: string | undefined;
  /** Rounds of every row, over its own number. */
  readonly rounds: number | undefined;
  /** Whether to measure the start of handlers. */
  readonly coldStart: boolean;
  /** What to run: rows with those of their variants that are wanted. */
  readonly plan: readonly { readonly row: Row; readonly variants: readonly Variant[] }[];
}

/**
 * Reads the command line. `--only` takes rows and variants, separated by commas or given again: where rows are named, only
 * they run; where variants are named, only they do.
 */
export function benchArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      quick: { type: 'boolean', default: false },
      verify: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      profile: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
    },
  });
  const names = values.only.flatMap((only) => only.split(','));
  const rowNames = new Set([...rows.map(({ name }) => name), COLD_START]);
  const variantNames = new Set(rows.flatMap(({ variants }) => variants.map(({ name }) => name)));
  const unknown = names.find((name) => !rowNames.has(name) && !variantNames.has(name));
  if (unknown !== undefined) {
    const known = [...rowNames, ...variantNames].join(', ');
    throw new TypeError(`--only ${unknown} is neither a row nor a variant. There are ${known}.`);
  }
  const wantedRows = names.filter((name) => rowNames.has(name));
  const wantedVariants = names.filter((name) => variantNames.has(name));
  const plan = rows
    .filter(({ name, slow }) => (wantedRows.length > 0 ? wantedRows.includes(name) : !(values.quick && slow)))
    .filter(({ lands, from }) => !values.verify || (lands && from === 'stub'))
    .map((row) => ({
      row,
      variants: row.variants.filter(({ name }) => wantedVariants.length === 0 || wantedVariants.includes(name)),
    }))
    .filter(({ variants }) => variants.length > 0);
  const wantsAll = names.length === 0 && !values.quick && !values.verify;
  return {
    coldStart: wantsAll || wantedRows.includes(COLD_START),
    quick: values.quick,
    verify: values.verify,
    writeDocs: values['write-docs'],
    profile: values.profile,
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
    plan,
  };
}
