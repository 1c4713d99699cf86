/** Bytes that one turn of the loop takes, and tables of 256 entries that it looks them up in. */
export const SLICES = 16;
const TABLE_BYTES = 256 * 8;
/** The module's memory: the tables, whose entries are words of 8 bytes, then the bytes to look at. */
export const INPUT_AT: number = SLICES * TABLE_BYTES;
/** Room for a chunk as Node's sockets deliver it. */
export const INPUT_BYTES: number = 64 * 1024;

const PAGES = Math.ceil((INPUT_AT + INPUT_BYTES) / 65_536);

/** Parameters and locals of the function. */
const CRC = 0;
const AT = 1;
const END = 2;
const WORD = 3;

/** Types, and the instructions that have no operand. */
const I32 = 0x7f;
const I64 = 0x7e;
const NOTHING = 0x40;
const END_OF_BLOCK = 0x0b;
const I32_GREATER = 0x4b;
const I32_ADD = 0x6a;
const I32_AND = 0x71;
const I32_SHIFT_LEFT = 0x74;
const I64_XOR = 0x85;
const I64_SHIFT_RIGHT = 0x88;
const I64_TO_I32 = 0xa7;

/**
 * A WebAssembly module (binary format 1, https://webassembly.github.io/spec/core/binary/) that exports its `memory` and
 *
 *     update(crc: i64, at: i32, end: i32) → i64
 *
 * which carries a reflected CRC of at most 64 bits over the bytes of the memory from `at` to `end`. It is "slicing by 16":
 * the bytes of two words are looked up each in a table of its own, and what is found is exclusive-ored. Which CRC it is
 * depends on nothing but the tables. JavaScript has no 64-bit integers that are fast enough for this.
 */
export function crcModule(): Uint8Array<ArrayBuffer> {
  const words = Array.from({ length: SLICES / 8 }, (_, word) => word);
  const bytes = Array.from({ length: SLICES }, (_, byte) => byte);
  const turn = [
    ...words.flatMap((word) => [get(AT), load(word * 8), word === 0 ? [...get(CRC), I64_XOR] : [], set(WORD + word)]),
    ...bytes.flatMap((byte) => [
      get(WORD + Math.floor(byte / 8)),
      entryOffset(byte % 8),
      load((SLICES - 1 - byte) * TABLE_BYTES),
      byte === 0 ? [] : [I64_XOR],
    ]),
    set(CRC),
    advance(SLICES),
  ];
  const singleByte = [
    [get(CRC), get(AT), loadByte(), [I64_XOR], entryOffset(0), load(0)],
    [get(CRC), i64(8), [I64_SHIFT_RIGHT], [I64_XOR], set(CRC)],
    [advance(1)],
  ].flat();
  const code = [...whileLeft(SLICES, turn.flat()), ...whileLeft(1, singleByte.flat()), ...get(CRC), END_OF_BLOCK];
  const body = [1, words.length, I64, ...code];
  const sections = [
    section(1, [1, 0x60, 3, I64, I32, I32, 1, I64]),
    section(3, [1, 0]),
    section(5, [1, 0, PAGES]),
    section(7, [2, ...name('memory'), 2, 0, ...name('update'), 0, 0]),
    section(10, [1, ...unsigned(body.length), ...body]),
  ];
  return Uint8Array.from([...name('\0asm').slice(1), 1, 0, 0, 0, ...sections.flat()]);
}

/** From a word, where the entry of its byte lies in a table: eight times the value of the byte. */
function entryOffset(byte: number): number[] {
  if (byte === 0) return [I64_TO_I32, ...i32(0xff), I32_AND, ...i32(3), I32_SHIFT_LEFT];
  return [...i64(byte * 8 - 3), I64_SHIFT_RIGHT, I64_TO_I32, ...i32(0x7f8), I32_AND];
}

/** Repeats the code while at least `count` bytes are left: a loop in a block, which `br_if 1` leaves and `br 0` repeats. */
function whileLeft(count: number, code: readonly number[]): number[] {
  const leave = [...get(AT), ...i32(count), I32_ADD, ...get(END), I32_GREATER, 0x0d, 1];
  return [0x02, NOTHING, 0x03, NOTHING, ...leave, ...code, 0x0c, 0, END_OF_BLOCK, END_OF_BLOCK];
}

function advance(count: number): number[] {
  return [...get(AT), ...i32(count), I32_ADD, ...set(AT)];
}

function get(local: number): number[] {
  return [0x20, local];
}

function set(local: number): number[] {
  return [0x21, local];
}

/** Loads a word from the address on the stack plus `offset`; the input need not be aligned. */
function load(offset: number): number[] {
  return [0x29, 0, ...unsigned(offset)];
}

function loadByte(): number[] {
  return [0x31, 0, 0];
}

function i32(value: number): number[] {
  return [0x41, ...signed(value)];
}

function i64(value: number): number[] {
  return [0x42, ...signed(value)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

/** Unsigned LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a value that is not negative: the last byte's sixth bit is its sign. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
