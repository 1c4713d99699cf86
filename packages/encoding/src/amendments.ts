/** Characters in which iconv-lite's tables are behind the standards: from a byte, or two as one number, to a character. */
type Amendments = readonly (readonly [code: number, unit: number])[];

/** Apple's CYRILLIC.TXT, version c02: two letters of Ukrainian, and the euro sign. */
const MAC_CYRILLIC: Amendments = [
  [0xa2, 0x490],
  [0xb6, 0x491],
  [0xff, 0x20ac],
];

/** Apple's ROMAN.TXT, version c08: Omega as the letter, the euro sign, and Apple's logo. */
const MAC_ROMAN: Amendments = [
  [0xbd, 0x3a9],
  [0xdb, 0x20ac],
  [0xf0, 0xf8ff],
];

/** GB 18030-2022: 18 characters that the edition of 2005 had in the private use area. */
const GB18030: Amendments = [
  ...[0xfe10, 0xfe12, 0xfe11, 0xfe13, 0xfe14, 0xfe15, 0xfe16].map((unit, index) => [0xa6d9 + index, unit] as const),
  [0xa6ec, 0xfe17],
  [0xa6ed, 0xfe18],
  [0xa6f3, 0xfe19],
  ...[0xfe59, 0xfe61, 0xfe66, 0xfe67, 0xfe6d, 0xfe7e, 0xfe90, 0xfea0].map(
    (code, index) => [code, 0x9fb4 + index] as const,
  ),
];

/** The rows of windows-31j for private use end with 0xF9FC; iconv-lite ends at 0xF940. */
const SHIFT_JIS: Amendments = Array.from({ length: 0xf9fc - 0xf941 + 1 }, (_, index) => 0xf941 + index)
  .filter((code) => (code & 0xff) !== 0x7f)
  .map((code) => [code, 0xe69d + code - 0xf941 - ((code & 0xff) > 0x7f ? 1 : 0)]);

/** By iconv-lite's own name for the table. */
const AMENDED: ReadonlyMap<string, Amendments> = new Map([
  ['maccyrillic', MAC_CYRILLIC],
  ['macroman', MAC_ROMAN],
  ['macintosh', MAC_ROMAN],
  ['gbk', GB18030],
  ['gb18030', GB18030],
  ['shiftjis', SHIFT_JIS],
]);

/** What to change in the table that iconv-lite has under this name of its own. */
export function amendmentsOf(name: string): Amendments {
  return AMENDED.get(name) ?? [];
}
