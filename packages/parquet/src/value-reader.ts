import type { PageHeader, ParquetType } from 'hyparquet';
import type { Budget } from './budget.ts';
import { DeltaReader } from './delta-reader.ts';
import { HybridReader } from './hybrid-reader.ts';
import { invalid, unsupported } from './parquet-error.ts';

/** A value as it is stored. Bytes are views of their page. */
export type Stored = boolean | number | bigint | Uint8Array;

/** Reads the values of a page one after the other, none of them before it is asked for. */
export interface ValueReader {
  /** Puts the next `count` values into `out`, from `at` on. */
  readonly read: (out: unknown[], at: number, count: number) => void;
}

export interface ValueLayout {
  readonly type: ParquetType;
  /** Length of a `FIXED_LEN_BYTE_ARRAY`. */
  readonly length: number;
}

type Encoding = NonNullable<PageHeader['data_page_header']>['encoding'];

/** Reads what a page stores without a dictionary. What text takes that repeats the text before it is taken from the budget. */
export function valueReader(
  encoding: Encoding,
  page: Uint8Array,
  start: number,
  layout: ValueLayout,
  budget: Budget,
): ValueReader {
  const { type } = layout;
  if (encoding === 'PLAIN') return type === 'BOOLEAN' ? plainBooleans(page, start) : plainReader(page, start, layout);
  if (encoding === 'RLE' && type === 'BOOLEAN') return runBooleans(page, start);
  if (encoding === 'DELTA_BINARY_PACKED' && type === 'INT32')
    return integers(page, start, (value) => Number(BigInt.asIntN(32, value)));
  if (encoding === 'DELTA_BINARY_PACKED' && type === 'INT64') return integers(page, start, narrow);
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY' && type === 'BYTE_ARRAY') return lengthsThenBytes(page, start);
  if (encoding === 'DELTA_BYTE_ARRAY' && type.endsWith('BYTE_ARRAY')) return repeatedFronts(page, start, budget);
  if (encoding === 'BYTE_STREAM_SPLIT') return splitStreams(page, start, layout);
  throw unsupported(`A column of type ${type} is stored as ${encoding}`);
}

/** Positions in a dictionary, looked up. */
export function dictionaryReader(page: Uint8Array, start: number, dictionary: readonly unknown[]): ValueReader {
  const width = page[start];
  // A page without values may have nothing at all.
  const positions = width === undefined ? undefined : new HybridReader(page, start + 1, page.length, width);
  let scratch = new Int32Array(0);
  return {
    read: (out, at, count) => {
      if (count === 0) return;
      if (positions === undefined) throw invalid('A page has no values');
      if (scratch.length < count) scratch = new Int32Array(count);
      positions.read(scratch, count);
      for (let index = 0; index < count; index += 1) {
        const position = scratch[index]!;
        if (position < 0 || position >= dictionary.length) throw invalid('A value is not in its dictionary');
        out[at + index] = dictionary[position];
      }
    },
  };
}

/** Bytes of one plain value at least: how many a page can have. */
export function plainWidth({ type, length }: ValueLayout): number {
  if (type === 'FIXED_LEN_BYTE_ARRAY') return length;
  return { BOOLEAN: 1 / 8, INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8, BYTE_ARRAY: 4 }[type];
}

function plainReader(page: Uint8Array, start: number, layout: ValueLayout): ValueReader {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let from = start;
  if (layout.type === 'BYTE_ARRAY') {
    return {
      read: (out, at, count) => {
        for (let index = at; index < at + count; index += 1) {
          if (from + 4 > page.length) throw breaksOff();
          const length = view.getUint32(from, true);
          from += 4;
          if (length > page.length - from) throw breaksOff();
          out[index] = page.subarray(from, from + length);
          from += length;
        }
      },
    };
  }
  const width = plainWidth(layout);
  const one = fixedReader(layout, page, view);
  return {
    read: (out, at, count) => {
      if (count * width > page.length - from) throw breaksOff();
      for (let index = at; index < at + count; index += 1) {
        out[index] = one(from);
        from += width;
      }
    },
  };
}

function fixedReader({ type, length }: ValueLayout, page: Uint8Array, view: DataView): (at: number) => Stored {
  if (type === 'INT32') return (at) => view.getInt32(at, true);
  if (type === 'INT64') return (at) => wide(view.getInt32(at + 4, true), view.getUint32(at, true));
  if (type === 'FLOAT') return (at) => view.getFloat32(at, true);
  if (type === 'DOUBLE') return (at) => view.getFloat64(at, true);
  const width = type === 'INT96' ? 12 : length;
  return (at) => page.subarray(at, at + width);
}

/** A number where it is a safe integer, else a bigint. */
function wide(high: number, low: number): number | bigint {
  const value = high * 2 ** 32 + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function plainBooleans(page: Uint8Array, start: number): ValueReader {
  let bit = start * 8;
  return {
    read: (out, at, count) => {
      if (count > page.length * 8 - bit) throw breaksOff();
      for (let index = at; index < at + count; index += 1, bit += 1)
        out[index] = ((page[Math.floor(bit / 8)]! >> (bit % 8)) & 1) === 1;
    },
  };
}

function runBooleans(page: Uint8Array, start: number): ValueReader {
  // Its length stands before it.
  const runs = new HybridReader(page, start + 4, page.length, 1);
  return {
    read: (out, at, count) => {
      const bits = new Int32Array(count);
      runs.read(bits, count);
      for (let index = 0; index < count; index += 1) out[at + index] = bits[index] === 1;
    },
  };
}

function integers(page: Uint8Array, start: number, as: (value: bigint) => number | bigint): ValueReader {
  const deltas = new DeltaReader(page, start);
  return {
    read: (out, at, count) => {
      for (let index = at; index < at + count; index += 1) out[index] = as(deltas.next());
    },
  };
}

function lengthsThenBytes(page: Uint8Array, start: number): ValueReader {
  const lengths = new DeltaReader(page, start);
  let from = new DeltaReader(page, start).end();
  return {
    read: (out, at, count) => {
      for (let index = at; index < at + count; index += 1) {
        const length = Number(lengths.next());
        if (!(length >= 0 && length <= page.length - from)) throw breaksOff();
        out[index] = page.subarray(from, from + length);
        from += length;
      }
    },
  };
}

/** Each value says how much of the one before it repeats, so a page may become far larger than it is. */
function repeatedFronts(page: Uint8Array, start: number, budget: Budget): ValueReader {
  const fronts = new DeltaReader(page, start);
  const rests = lengthsThenBytes(page, new DeltaReader(page, start).end());
  const rest: Uint8Array[] = [];
  let last: Uint8Array = new Uint8Array(0);
  return {
    read: (out, at, count) => {
      let taken = 0;
      for (let index = at; index < at + count; index += 1) {
        const front = Number(fronts.next());
        rests.read(rest, 0, 1);
        if (!(front >= 0 && front <= last.length)) throw invalid('A value repeats more than there is');
        const length = front + rest[0]!.length;
        budget.take(length);
        taken += length;
        const value = new Uint8Array(length);
        value.set(last.subarray(0, front));
        value.set(rest[0]!, front);
        out[index] = last = value;
      }
      budget.give(taken);
    },
  };
}

/** The first bytes of all values, then the second ones, and so on. */
function splitStreams(page: Uint8Array, start: number, layout: ValueLayout): ValueReader {
  if (layout.type === 'BYTE_ARRAY' || layout.type === 'BOOLEAN' || layout.type === 'INT96')
    throw unsupported(`A column of type ${layout.type} is stored as BYTE_STREAM_SPLIT`);
  const width = plainWidth(layout);
  const values = Math.floor((page.length - start) / width);
  let next = 0;
  return {
    read: (out, at, count) => {
      if (count > values - next) throw breaksOff();
      const joined = new Uint8Array(count * width);
      for (let byte = 0; byte < width; byte += 1) {
        for (let index = 0; index < count; index += 1)
          joined[index * width + byte] = page[start + byte * values + next + index]!;
      }
      plainReader(joined, 0, layout).read(out, at, count);
      next += count;
    },
  };
}

function breaksOff(): Error {
  return invalid('The values of a page break off');
}
