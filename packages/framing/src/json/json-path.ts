import { MillraceError } from '@millrace/core';

/** Stands in a path for every element of an array. */
export const EACH: unique symbol = Symbol('each');

/** A step into a JSON value: the name of a field, or each element of an array. */
export type JsonStep = string | typeof EACH;

/** Fields to copy, by the number of the step whose object holds them: their names, and what they are called in records. */
export type CopiedFields = readonly ReadonlyMap<string, string>[];

const STEP = /\.([^.[\]"]+)|\[(\*)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/**
 * Reads a path such as `Records[*]`, `[*]`, `data.items[*]`, or `["a.b"][*]` for a name that holds a dot.
 *
 * @throws MillraceError `OPTION_INVALID`
 */
export function jsonPath(owner: string, option: string, path: string): readonly JsonStep[] {
  const whole = path === '' || path.startsWith('[') ? path : `.${path}`;
  const steps: JsonStep[] = [];
  for (let at = 0; at < whole.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const [, name, each, quoted] = STEP.exec(whole) ?? [];
    if (name !== undefined) steps.push(name);
    else if (each !== undefined) steps.push(EACH);
    else if (quoted !== undefined) steps.push(quotedName(owner, option, path, quoted));
    else throw badPath(owner, option, path);
  }
  return steps;
}

/**
 * Finds the object on the way to the records that holds each field to copy.
 *
 * @throws MillraceError `OPTION_INVALID`
 */
export function copiedFields(
  owner: string,
  path: readonly JsonStep[],
  copy: Readonly<Record<string, string>>,
): CopiedFields {
  const fields: Map<string, string>[] = path.map(() => new Map());
  for (const [target, source] of Object.entries(copy)) {
    const steps = jsonPath(owner, 'copy', source);
    const name = steps.at(-1);
    const level = steps.length - 1;
    const isBeside = steps.slice(0, -1).every((step, index) => step === path[index]);
    if (typeof name !== 'string' || !isBeside || typeof path[level] !== 'string' || path[level] === name) {
      const why = 'it must be a field of an object on the path to the records, and not on that path itself';
      throw badPath(owner, 'copy', source, why);
    }
    if (target === '__proto__' || target === '')
      throw badPath(owner, 'copy', source, `it cannot be called ${JSON.stringify(target)}`);
    if (fields[level]!.has(name)) throw badPath(owner, 'copy', source, 'it is copied twice');
    fields[level]!.set(name, target);
  }
  return fields;
}

function quotedName(owner: string, option: string, path: string, text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw badPath(owner, option, path);
  }
}

function badPath(
  owner: string,
  option: string,
  path: string,
  why = 'it must be steps such as Records[*], data.items[*] or ["a.b"][*]',
): MillraceError {
  return new MillraceError('OPTION_INVALID', `${owner}: ${option} ${JSON.stringify(path)} does not fit: ${why}.`, {
    details: { owner, option },
  });
}
