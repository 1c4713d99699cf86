import { decimalText, parseDecimal } from '../decimal.ts';
import { isPlain } from '../marshal.ts';
import { binaryOf, numberOf } from '../scalar.ts';
import { TAG, TAGS } from './layout.ts';

/**
 * What `JSON.stringify` makes the packed form of a value from: the value itself where JSON says it exactly, else one in
 * which binary, sets and numbers beyond a double are objects with a tag. A map that looks like one gets a second `$`.
 *
 * @param value one that `marshal` took: nothing is checked again
 */
export function packable(value: unknown): unknown {
  return isJson(value) ? value : tagged(value);
}

/** The fields of a record that is an object, each {@link packable}; `undefined` for any other value. */
export function packableFields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  for (const name of Object.keys(fields)) if (!isJson(fields[name])) return mapped(fields);
  return fields;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (value instanceof Map) return Object.fromEntries(value as ReadonlyMap<string, unknown>);
  return isPlain(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
}

/** Whether JSON says the value exactly, and nothing in it looks like a tag. */
function isJson(value: unknown): boolean {
  if (typeof value !== 'object') return typeof value !== 'bigint';
  if (value === null) return true;
  if (Array.isArray(value)) return value.every(isJson);
  if (!isPlain(value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  let only: string | undefined;
  let count = 0;
  for (const name of Object.keys(fields)) {
    const field = fields[name];
    if (field === undefined) continue;
    if (!isJson(field)) return false;
    only = name;
    count += 1;
  }
  return count !== 1 || !only!.startsWith(TAG);
}

function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return taggedNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(tagged);
  if (value instanceof Set) return taggedSet(value);
  const fields = fieldsOf(value);
  if (fields !== undefined) {
    const map = mapped(fields);
    const [only, ...others] = Object.keys(map);
    const looksTagged = only !== undefined && others.length === 0 && only.startsWith(TAG);
    return looksTagged ? Object.fromEntries([[`${TAG}${only}`, map[only]]]) : map;
  }
  const bytes = binaryOf(value);
  return bytes === undefined ? taggedNumber(value) : { [TAGS.binary]: base64(bytes) };
}

function mapped(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(fields).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, tagged(field)]));
}

/** As a JSON number, where every reader's double is the number itself. */
function taggedNumber(value: unknown): unknown {
  const { text } = numberOf(value, true)!;
  const double = Number(text);
  const exact = Number.isFinite(double) && normal(`${double}`) === normal(text);
  return exact ? double : { [TAGS.number]: normal(text) };
}

function taggedSet(set: ReadonlySet<unknown>): unknown {
  const members = [...set];
  const [first] = members;
  if (typeof first === 'string') return { [TAGS.textSet]: members };
  if (typeof first === 'object' && first !== null && binaryOf(first) !== undefined) {
    return { [TAGS.binarySet]: members.map((member) => base64(binaryOf(member as object)!)) };
  }
  return { [TAGS.numberSet]: members.map((member) => normal(numberOf(member, true)!.text)) };
}

function normal(text: string): string {
  return decimalText(parseDecimal(text)!);
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
