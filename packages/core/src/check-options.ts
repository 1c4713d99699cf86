import { MillraceError } from './millrace-error.ts';

/** Answers `undefined` where the value will do, else what was expected, such as `a whole number from 1 to 25`. */
export type OptionCheck = (value: unknown) => string | undefined;

/**
 * Validates a plugin's options when the plugin is made: unknown keys are refused (they are nearly always typing
 * mistakes), and each known one is checked. `checks` must name every key of the options' type, so that an option cannot
 * be forgotten here.
 *
 * @throws MillraceError `OPTION_UNKNOWN` for a key that `checks` does not name
 * @throws MillraceError `OPTION_INVALID` for a value that a check refuses
 */
export function checkOptions<T extends object>(
  owner: string,
  options: T,
  checks: { readonly [K in keyof Required<T>]: OptionCheck },
): void {
  const known = Object.keys(checks);
  if (typeof options !== 'object' || options === null) {
    throw new MillraceError('OPTION_INVALID', `${owner} takes an object of options, but it got ${display(options)}.`, {
      details: { owner },
    });
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new MillraceError('OPTION_UNKNOWN', `${owner} has no option "${key}"; it knows ${known.join(', ')}.`, {
      details: { owner, option: key },
    });
  }
  for (const key of known) {
    const value = (options as Record<string, unknown>)[key];
    const expected = (checks as Record<string, OptionCheck>)[key]?.(value);
    if (expected === undefined) continue;
    throw new MillraceError(
      'OPTION_INVALID',
      `${owner}: option "${key}" must be ${expected}, but it is ${display(value)}.`,
      { details: { owner, option: key, expected } },
    );
  }
}

/** Checks for the usual kinds of option; combine them with {@link optional}. */
export const check: {
  readonly optional: (inner: OptionCheck) => OptionCheck;
  readonly text: OptionCheck;
  readonly flag: OptionCheck;
  readonly callback: OptionCheck;
  readonly date: OptionCheck;
  readonly object: OptionCheck;
  readonly integer: (min: number, max?: number) => OptionCheck;
  readonly numeric: (min: number, max?: number) => OptionCheck;
  readonly oneOf: (...allowed: readonly string[]) => OptionCheck;
  readonly anything: OptionCheck;
} = {
  optional: (inner) => (value) => (value === undefined ? undefined : inner(value)),
  text: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a non-empty string'),
  flag: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
  callback: (value) => (typeof value === 'function' ? undefined : 'a function'),
  date: (value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : 'a Date that is valid'),
  object: (value) => (typeof value === 'object' && value !== null ? undefined : 'an object'),
  integer: (min, max = Number.MAX_SAFE_INTEGER) => {
    const expected = `a whole number ${range(min, max)}`;
    return (value) => (Number.isSafeInteger(value) && inRange(value as number, min, max) ? undefined : expected);
  },
  numeric: (min, max = Number.POSITIVE_INFINITY) => {
    const expected = `a number ${range(min, max)}`;
    return (value) => (typeof value === 'number' && inRange(value, min, max) ? undefined : expected);
  },
  oneOf: (...allowed) => {
    const expected = `one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`;
    return (value) => (allowed.includes(value as string) ? undefined : expected);
  },
  anything: () => undefined,
};

function inRange(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function range(min: number, max: number): string {
  return max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
}

function display(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
