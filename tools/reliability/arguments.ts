import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/** How the records of a run are landed, and how many objects one invocation carries. */
export interface Landing {
  /** Records of a pack. @default each record is an item */
  readonly pack?: number | undefined;
  /** Whether records are landed under natural keys, which are repeated within each object. @default by place */
  readonly natural?: boolean | undefined;
  /** Objects of one invocation. @default 1 */
  readonly objects?: number | undefined;
}

/**
 * Reads whole numbers from the command line, such as `--runs 500 --seed 7`, over defaults.
 *
 * @throws UsageError if a name is unknown or a value is not a whole number
 */
export function numbersFromArguments<const K extends string>(
  defaults: Readonly<Record<K, number>>,
  args: readonly string[] = process.argv.slice(2),
): Record<K, number> {
  return wholeNumbers(defaults, valuesOf(Object.keys(defaults), args));
}

/**
 * Reads whole numbers, and what chaos, kill, shuffle and deadline runs share: `--pack N`, `--keys natural` and `--objects N`.
 *
 * @throws UsageError also if two options exclude each other
 */
export function landingFromArguments<const K extends string>(
  defaults: Readonly<Record<K, number>>,
  args: readonly string[] = process.argv.slice(2),
): { readonly numbers: Record<K, number>; readonly landing: Required<Landing> } {
  const values = valuesOf([...Object.keys(defaults), 'pack', 'objects', 'keys'], args);
  const { pack, objects } = wholeNumbers({ pack: 0, objects: 1 }, values);
  const { keys = 'place' } = values;
  if (keys !== 'place' && keys !== 'natural') throw new UsageError(`--keys takes place or natural, not ${keys}.`);
  if (pack !== 0 && pack < 2) throw new UsageError(`--pack takes 2 or more records, not ${pack}.`);
  if (objects < 1) throw new UsageError(`--objects takes 1 or more, not ${objects}.`);
  const natural = keys === 'natural';
  if (pack !== 0 && natural) {
    throw new UsageError(
      '--pack does not go with --keys natural: records of a pack have keys by place. Leave one out.',
    );
  }
  const landing = { pack: pack === 0 ? undefined : pack, natural, objects };
  return { numbers: wholeNumbers(defaults, values), landing };
}

/** The landing as the arguments that repeat it. Empty for single items by place, one object at a time. */
export function argumentsOf({ pack, natural = false, objects = 1 }: Landing): string {
  return (
    (pack === undefined ? '' : ` --pack ${pack}`) +
    (natural ? ' --keys natural' : '') +
    (objects === 1 ? '' : ` --objects ${objects}`)
  );
}

/** The landing in names of feeds and objects, so that series with other landings share nothing. */
export function suffixOf(landing: Landing): string {
  return argumentsOf(landing).replaceAll(' --', '-').replaceAll(' ', '-');
}

type Values = Readonly<Record<string, string | undefined>>;

function valuesOf(names: readonly string[], args: readonly string[]): Values {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ options, args: args.filter((arg) => arg !== '--') }).values as Values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumbers<K extends string>(defaults: Readonly<Record<K, number>>, values: Values): Record<K, number> {
  const numbers: Record<K, number> = { ...defaults };
  for (const name of Object.keys(defaults) as K[]) {
    const given = values[name];
    if (given === undefined) continue;
    numbers[name] = Number(given);
    if (given.trim() === '' || !Number.isSafeInteger(numbers[name])) {
      throw new UsageError(`--${name} takes a whole number, not ${JSON.stringify(given)}.`);
    }
  }
  return numbers;
}
