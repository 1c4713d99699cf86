import { addLeastText, leastNumberChars, type LeastText } from './least-chars.ts';

/** Returns a number that a value comes to. */
type Reader = (value: unknown) => number;

/** Readers of values that are like a sample. */
export interface MemberReaders {
  /** A lower bound for the number of characters of the value. Looks at no more than the size of numbers. */
  readonly quick: Reader;
  /** The same with the digits of numbers. */
  readonly exact: Reader;
  /** Members of its objects, at any depth, or fewer. */
  readonly count: Reader;
  /** Characters of the shortest key that is read. */
  readonly shortestKey: number;
  /** Where a text that is written as compactly as it can be has the first character after its first colon. */
  readonly afterColon: number;
}

type Kind = 'quick' | 'exact' | 'count';

/** Keys of an object, and levels of objects and arrays, up to which a reader is compiled. */
const MAX_KEYS = 64;
const MAX_LEVELS = 4;

/**
 * The minimum number of characters of a number `v`, judged by its size. 100 may be written as 1e2, and 0.5 takes three characters. What is not
 * a 32-bit integer, and small, has a fraction; what is large may be a time in milliseconds.
 */
const QUICK_NUMBER =
  '((v|0)===v?v>99?v>99999&&v%1e3!==0?6:3:v>9?2:1:v>=10?v<1e9?v<100?4:5:v>=1e12&&v<1e15&&Math.floor(v/1e3)*1e3!==v?13:1:3)';

/** The same with all digits. A fraction that 15 digits do not hold has 16 of them or 17: that is quick to be found out. */
function exactNumberCode(): string {
  const tried = (power: number): string => `Math.round(v*${power})/${power}!==v?17:numberChars(v)`;
  const bySize = `v<10?v<1?${tried(1e15)}:${tried(1e14)}:v<100?${tried(1e13)}:${tried(1e12)}`;
  return `(v>=0.1&&v<1e3&&(v|0)!==v?(${bySize}):numberChars(v))`;
}

/**
 * Compiles readers for values like the sample. V8 then reads each member at its place: a third of the time of a loop over
 * the keys. A member that the sample does not have is not counted, nor its key, and one that only the sample has counts for nothing.
 *
 * @returns nothing if code must not be made of text (a content security policy, or Node's
 *   `--disallow-code-generation-from-strings`)
 */
export function memberReaders(sample: object): MemberReaders | undefined {
  const compiled: Compiled = { functions: [], shortestKey: Infinity };
  const kinds: readonly Kind[] = ['quick', 'exact', 'count'];
  const [quick, exact, count] = kinds.map((kind) => readerOf(sample, kind, compiled, MAX_LEVELS));
  if (quick === undefined) return undefined;
  const code = `${compiled.functions.join('')}return{quick:${quick},exact:${exact},count:${count}}`;
  const least: LeastText = { hasDecimals: false, chars: 0, members: 0, shortestKey: Infinity };
  const helpers = {
    chars: (value: unknown): number => charsOfOther(value, least),
    members: (value: unknown): number => membersOfOther(value, least),
    numberChars: leastNumberChars,
  };
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- keys are literals of JSON
    const make = new Function('chars', 'members', 'numberChars', code) as (
      ...functions: readonly unknown[]
    ) => Pick<MemberReaders, Kind>;
    const readers = make(helpers.chars, helpers.members, helpers.numberChars);
    const afterColon = (Object.keys(sample)[0]?.length ?? 0) + 4;
    return { ...readers, shortestKey: compiled.shortestKey, afterColon };
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** Characters of a value that is not like the sample. Its keys may be shorter: as much room is left as the difference can be. */
function charsOfOther(value: unknown, least: LeastText): number {
  least.chars = 0;
  addLeastText(value, least);
  return typeof value === 'object' && value !== null ? least.chars - OTHER_KEY_CHARS : least.chars;
}

/** Keys are assumed to be at most this long, which limits the error for an empty key. */
export const OTHER_KEY_CHARS = 5;

function membersOfOther(value: unknown, least: LeastText): number {
  least.members = 0;
  addLeastText(value, least);
  return least.members;
}

interface Compiled {
  readonly functions: string[];
  shortestKey: number;
}

/** Writes the function that reads values like the sample. Returns its name, or nothing if there is none of use. */
function readerOf(sample: unknown, kind: Kind, compiled: Compiled, levels: number): string | undefined {
  if (typeof sample !== 'object' || sample === null || levels === 0) return undefined;
  const body = Array.isArray(sample)
    ? arrayBody(sample, kind, compiled, levels)
    : objectBody(sample, kind, compiled, levels);
  if (body === undefined) return undefined;
  const name = `read${compiled.functions.length}`;
  compiled.functions.push(`function ${name}(value){${body}}`);
  return name;
}

const OTHER: Readonly<Record<Kind, string>> = { quick: 'chars', exact: 'chars', count: 'members' };

function arrayBody(sample: readonly unknown[], kind: Kind, compiled: Compiled, levels: number): string | undefined {
  const reader = readerOf(sample[0], kind, compiled, levels - 1);
  if (reader === undefined) return undefined;
  const own = kind === 'count' ? '0' : 'value.length===0?2:value.length+1';
  const each = `for(let i=0;i<value.length;i++)c+=${reader}(value[i])`;
  return `if(!Array.isArray(value))return ${OTHER[kind]}(value);let c=${own};${each};return c`;
}

function objectBody(sample: object, kind: Kind, compiled: Compiled, levels: number): string | undefined {
  // What every object has would be taken for a member.
  const keys = Object.keys(sample).filter((key) => !(key in Object.prototype));
  if (keys.length === 0 || keys.length > MAX_KEYS) return undefined;
  const members = keys.map((key) => {
    const inner = (sample as Readonly<Record<string, unknown>>)[key];
    const reader = readerOf(inner, kind, compiled, levels - 1) ?? OTHER[kind];
    const read = kind === 'count' ? countingCode(reader) : addingCode(key.length + 4, reader, kind);
    return `v=value[${JSON.stringify(key)}];${read}`;
  });
  compiled.shortestKey = Math.min(compiled.shortestKey, ...keys.map(({ length }) => length));
  return (
    `if(typeof value!=="object"||value===null||Array.isArray(value))return ${OTHER[kind]}(value);` +
    `let v,c=${kind === 'count' ? 0 : 1};${members.join('')}return c`
  );
}

/** Adds to `c` what the value `v` takes, and `chars` for its key. */
function addingCode(chars: number, reader: string, kind: 'quick' | 'exact'): string {
  const kinds = [
    `if(typeof v==="string"){c+=v.length+${chars + 2}}`,
    `if(typeof v==="number"){c+=${chars}+${kind === 'quick' ? QUICK_NUMBER : exactNumberCode()}}`,
    `if(v===null||typeof v==="boolean"){c+=${chars + 4}}`,
    `if(v!==undefined){c+=${chars}+${reader}(v)}`,
  ];
  return kinds.join('else ');
}

/** Adds to `c` that the value `v` is there. What is not an object has no members. */
function countingCode(reader: string): string {
  return `if(v!==undefined){c++;if(typeof v==="object"&&v!==null)c+=${reader}(v)}`;
}
