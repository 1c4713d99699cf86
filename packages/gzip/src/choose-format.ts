import { MillraceError } from '@millrace/core';
import { type CompressionFormat, formatOfBytes, mayBe } from './compression-format.ts';
import { hasZipInside, isProgram } from './program-mark.ts';

export interface Choice {
  /** What the item must be; `undefined` where it may be anything. */
  readonly expect: readonly (CompressionFormat | 'none')[] | undefined;
  readonly onConflict: 'fail' | 'bytes' | 'name';
  /** What can be undone. */
  readonly known: readonly CompressionFormat[];
}

/**
 * How an item, or what was in a layer of it, is compressed.
 *
 * @param named what its name says
 * @param isOutermost whether it is the item itself, which may be a program that extracts the zip in it
 * @throws MillraceError `COMPRESSION_UNEXPECTED`, `COMPRESSION_CONFLICT`, `COMPRESSION_UNSUPPORTED`
 */
export function chooseFormat(
  head: Uint8Array,
  named: CompressionFormat | undefined,
  { expect, onConflict, known }: Choice,
  isOutermost: boolean,
): CompressionFormat | 'none' {
  const mayBeUnmarked = [named, ...(expect ?? [])].some((format) => format !== undefined && mayBe(format, head));
  const hasPrefix = hasZipInside(head) || (isOutermost && isProgram(head) && known.includes('zip'));
  const shown = formatOfBytes(head) ?? (hasPrefix && !mayBeUnmarked ? 'zip' : undefined);
  if (expect !== undefined) return expected(head, shown, named, expect, known);
  if (named === undefined || named === shown) return supported(shown, known);
  // What is empty was cut short, which the format named will say.
  if (head.length === 0 || (shown === undefined && mayBe(named, head))) return named;
  if (onConflict === 'name') return named;
  if (onConflict === 'bytes') return supported(shown, known);
  throw new MillraceError(
    'COMPRESSION_CONFLICT',
    `The item's name says that it is ${named}, and its first bytes say ${shown ?? 'that it is not compressed so'}. One of ` +
      'them is wrong; say with onConflict which one to believe.',
    { details: { name: named, bytes: shown ?? 'none' } },
  );
}

function expected(
  head: Uint8Array,
  shown: string | undefined,
  named: CompressionFormat | undefined,
  expect: readonly (CompressionFormat | 'none')[],
  known: readonly CompressionFormat[],
): CompressionFormat | 'none' {
  const isExpected = (format: string | undefined): boolean => (expect as readonly unknown[]).includes(format);
  if (shown !== undefined && isExpected(shown)) return supported(shown, known);
  // Without a mark in the bytes, the name decides among those that may be; then what alone is left.
  if (named !== undefined && isExpected(named) && (mayBe(named, head) || head.length === 0)) return named;
  if (isExpected('none') && shown === undefined) return 'none';
  // A mark of two bytes is also met by chance, so that it does not overrule the only format that is expected.
  const isOpen = shown === undefined || expect.length === 1;
  const possible = isOpen ? expect.filter((format) => format !== 'none' && mayBe(format, head)) : [];
  const [only] = head.length === 0 ? expect : possible;
  if (only !== undefined && (head.length === 0 || possible.length === 1)) return only;
  throw new MillraceError(
    'COMPRESSION_UNEXPECTED',
    `The item is to be ${expect.join(' or ')}, but its first bytes say ${shown ?? 'that it is not compressed so'}.`,
    { details: { expected: expect, bytes: shown ?? 'none' } },
  );
}

function supported(shown: string | undefined, known: readonly CompressionFormat[]): CompressionFormat | 'none' {
  if (shown === undefined) return 'none';
  const format = known.find((one) => one === shown);
  if (format !== undefined) return format;
  const isOptional = shown === 'bzip2' || shown === 'tar' || shown === 'zip';
  const advice = isOptional
    ? `Give it formats: [${shown}()], from @millrace/gzip/${shown}.`
    : `Ask the sender for one of ${known.join(', ')}.`;
  const what = shown === 'tar' ? 'a tar archive' : `compressed as ${shown}`;
  throw new MillraceError(
    'COMPRESSION_UNSUPPORTED',
    `The item is ${what}, which this decompress() does not undo. ${advice}`,
    { details: { format: shown } },
  );
}
