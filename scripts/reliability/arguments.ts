import { parseArgs } from 'node:util';

/**
 * Whole numbers from the command line, such as `--runs 500 --seed 7`, over defaults. An unknown name ends the program
 * with an error.
 */
export function numbersFromArguments<const K extends string>(defaults: Readonly<Record<K, number>>): Record<K, number> {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options, args: process.argv.slice(2).filter((arg) => arg !== '--') });
  const numbers: Record<K, number> = { ...defaults };
  for (const name of Object.keys(defaults) as K[]) {
    const given = values[name];
    if (given === undefined) continue;
    numbers[name] = Number(given);
    if (!Number.isSafeInteger(numbers[name]))
      throw new TypeError(`--${name} takes a whole number, not ${String(given)}`);
  }
  return numbers;
}

/** What `--pack` says: records of a pack, or none. */
export function packFrom({ pack }: { readonly pack: number }): number | undefined {
  return pack === 0 ? undefined : pack;
}
