/** Signatures of a zip's file, of Linux's programs and of Windows's. */
const FILE = [0x50, 0x4b, 0x03, 0x04] as const;
const ELF = [0x7f, 0x45, 0x4c, 0x46] as const;
const MZ = [0x4d, 0x5a] as const;

/** Windows's programs have zeros in their header, which has this length; a text that begins with MZ has none. */
const PROGRAM_BYTES = 64;

/** Whether a file of a zip archive begins somewhere in these first bytes of an item. No text has its signature. */
export function hasZipInside(head: Uint8Array): boolean {
  return nextZipFile(head, 0) !== undefined;
}

/** Whether an item begins as programs do, such as one that extracts the archive in it. */
export function isProgram(head: Uint8Array): boolean {
  return begins(head, 0, ELF) || (begins(head, 0, MZ) && head.subarray(0, PROGRAM_BYTES).includes(0));
}

/** Where the next file of a zip archive may begin; `undefined` if none does. */
export function nextZipFile(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(FILE[0], from); at >= 0; at = bytes.indexOf(FILE[0], at + 1)) {
    if (begins(bytes, at, FILE)) return at;
  }
  return undefined;
}

function begins(bytes: Uint8Array, at: number, mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[at + index] === byte);
}
