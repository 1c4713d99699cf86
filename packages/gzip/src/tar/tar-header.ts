import { afterPadding, hasText, isPosix, octal } from './tar-signature.ts';

/** What a header's type makes of its entry. */
export type TarKind =
  | 'file'
  | 'folder'
  | 'link'
  | 'device'
  | 'label'
  | 'sparse'
  | 'volume'
  | 'extended'
  | 'global'
  | 'long-name'
  | 'long-link'
  | 'unknown';

/** What the header of an entry says. */
export interface TarHeader {
  readonly kind: TarKind;
  /** The byte of the entry's type. */
  readonly type: number;
  readonly name: Uint8Array;
  /** Whether content can follow: a link, a device or a folder may have a size, and has no content all the same. */
  readonly hasContent: boolean;
  /** Bytes of its content; `undefined` if the field has no number. */
  readonly size: number | undefined;
  /** Whether a block with more of a sparse file's map follows. */
  readonly hasMap: boolean;
}

/** POSIX (pax), GNU and Solaris. */
const KINDS: Readonly<Record<string, TarKind>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'link',
  '2': 'link',
  '3': 'device',
  '4': 'device',
  '5': 'folder',
  '6': 'device',
  '7': 'file',
  D: 'folder',
  K: 'long-link',
  L: 'long-name',
  M: 'volume',
  S: 'sparse',
  V: 'label',
  X: 'extended',
  g: 'global',
  x: 'extended',
};

const WITHOUT_CONTENT = new Set<TarKind>(['link', 'device', 'label']);

export function tarHeader(block: Uint8Array): TarHeader {
  const type = block[156]!;
  const kind = KINDS[String.fromCharCode(type)] ?? 'unknown';
  const name = field(block, 0, 100);
  const prefix = prefixOf(block);
  // GNU's incremental backups list a folder's files as its content; other folders have none, whatever their size says.
  const hasContent = !WITHOUT_CONTENT.has(kind) && type !== 0x35;
  return {
    kind,
    type,
    name: prefix.length === 0 ? name : Uint8Array.from([...prefix, 0x2f, ...name]),
    hasContent,
    size: hasContent ? numberOf(block, 124, 136) : 0,
    hasMap: kind === 'sparse' && block[482] !== 0,
  };
}

/** Whether another block follows one with more of a sparse file's map. */
export function hasMoreMap(block: Uint8Array): boolean {
  return block[504] !== 0;
}

/** POSIX has the first folders of a long name apart; GNU has other things there, and star the entry's times after them. */
function prefixOf(block: Uint8Array): Uint8Array {
  if (!isPosix(block) || block[345] === 0) return NO_BYTES;
  const isStar = hasText(block, 508, 'tar\0');
  return field(block, 345, isStar ? 476 : 500);
}

const NO_BYTES = new Uint8Array(0);

/** Octal digits, or where the first bit is set a number to base 256; nothing at all is zero. */
function numberOf(block: Uint8Array, from: number, to: number): number | undefined {
  if (block[from]! < 0x80) return afterPadding(block, from, to) === to ? 0 : octal(block, from, to);
  let value = block[from]! & 0x7f;
  for (let at = from + 1; at < to; at += 1) value = value * 256 + block[at]!;
  // A negative number has its first bits set, which is too large here.
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The bytes of a field before its first zero. */
function field(block: Uint8Array, from: number, to: number): Uint8Array {
  const end = block.indexOf(0, from);
  return block.subarray(from, end < 0 || end > to ? to : end);
}

/** The bytes before the first zero. */
export function upToZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
