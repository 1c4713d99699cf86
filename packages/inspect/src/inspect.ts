import { check, checkOptions } from '@millrace/core/plugin';
import { type Content, type InspectInput, openContent } from './content/inspect-content.ts';
import { looksBinary } from './content/looks-binary.ts';
import { unpack, type Unpacked } from './content/unpack.ts';
import type { FileFormat, Finding, Oddity } from './finding.ts';
import { guess } from './guess.ts';
import { inspectParquet } from './ranges/inspect-parquet.ts';
import { inspectXlsx } from './ranges/inspect-xlsx.ts';
import { decodeSample } from './text/decode.ts';
import { findCharset } from './text/find-charset.ts';
import { inspectText } from './text/inspect-text.ts';
import { samplesElsewhere } from './content/samples-elsewhere.ts';

/** Options of {@link inspect}. */
export interface InspectOptions {
  /** The file's name, whose suffixes are a hint. @default that of the input, or `sample` */
  readonly name?: string;
  /** Bytes of the file that are read at most; at least 4096. @default 1048576 */
  readonly maxBytes?: number;
  /** Ends the inspection. @default never */
  readonly signal?: AbortSignal;
}

const SIGNATURE_BYTES = 4096;

/**
 * Finds out what a sample file is: its compression, character encoding, format, dialect, header, column types and key
 * candidates, each with a confidence and the runner-up, and its first records. It reads at most 1 MiB of the file.
 *
 * Odd content never makes it reject: problems are in `oddities`, and whatever is unclear is a guess with low confidence. It
 * rejects if the file cannot be opened or read, or `signal` fires.
 *
 * @param input bytes, the path of a file, a stream, or `{ size, read }` for something that is read by ranges
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const { format, charset, columns } = await inspect('prices.csv.gz');
 */
export async function inspect(input: InspectInput, options: InspectOptions = {}): Promise<Finding> {
  checkOptions('inspect', options, {
    name: check.optional(check.text),
    maxBytes: check.optional(check.integer(SIGNATURE_BYTES)),
    signal: check.optional(check.object),
  });
  const { name, maxBytes = 1024 * 1024, signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const content = await openContent(input, name, maxBytes);
  try {
    return await inspectContent(content, maxBytes, signal);
  } finally {
    await content.close();
  }
}

async function inspectContent(content: Content, maxBytes: number, signal: AbortSignal): Promise<Finding> {
  const start = await content.head(SIGNATURE_BYTES);
  if (Buffer.from(start.subarray(0, 4)).toString('latin1') === 'PAR1')
    return byRanges(content, 'parquet', await settled(() => inspectParquet(content, signal), signal));
  if (
    isZip(start) &&
    /\.xlsx$|xl\/|\[Content_Types\]\.xml/i.test(`${content.name} ${Buffer.from(start).toString('latin1')}`)
  ) {
    const found = await settled(() => inspectXlsx(content, signal), signal);
    if (found.oddities?.some(({ code }) => code === 'XLSX_UNSUPPORTED' || code === 'XLSX_INVALID') !== true)
      return byRanges(content, 'xlsx', found);
  }
  return inspectBytes(content, maxBytes, signal);
}

function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

/** What was found, or the fault as an oddity: a sample may be damaged in any way. */
async function settled(find: () => Promise<Partial<Finding>>, signal: AbortSignal): Promise<Partial<Finding>> {
  try {
    return await find();
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : 'It cannot be read.';
    return { oddities: [{ code: 'unreadable', message }] };
  }
}

function byRanges(content: Content, format: 'parquet' | 'xlsx', found: Partial<Finding>): Finding {
  const isSound = (found.oddities ?? []).length === 0;
  return {
    ...empty(content),
    compression: guess('none', 0.99),
    format: guess<FileFormat>(format, isSound ? 0.99 : 0.89, 'unknown', 0.05),
    ...found,
    complete: found.recordsTotal !== undefined && found.recordsTotal === found.recordsSeen,
    bytesRead: content.bytesRead(),
  };
}

function empty(content: Content): Omit<Finding, 'compression' | 'format'> {
  return {
    name: content.name,
    ...(content.size !== undefined && { bytes: content.size }),
    bytesRead: content.bytesRead(),
    complete: false,
    byteOrderMark: false,
    columns: [],
    keys: [],
    recordsSeen: 0,
    first: [],
    oddities: [],
  };
}

async function inspectBytes(content: Content, maxBytes: number, signal: AbortSignal): Promise<Finding> {
  const isLarge = content.size === undefined || content.size > maxBytes;
  // Some of the budget is kept for other places of the file.
  const head = await content.head(isLarge ? Math.floor(maxBytes * 0.75) : maxBytes);
  const whole = content.size !== undefined && content.size <= head.length;
  const unpacked = await unpack(head, whole, content.name, signal);
  const { compression, entries, entry, problem } = unpacked;
  const found = await settledText(content, unpacked, signal);
  const oddities: readonly Oddity[] = [
    ...(problem === undefined ? [] : [problem]),
    ...contradiction(content.name, compression.value),
    ...(found.oddities ?? []),
  ];
  return {
    ...empty(content),
    format: guess<FileFormat>('unknown', 0.5),
    complete: unpacked.complete,
    compression,
    ...(entries.length > 0 && { entries }),
    ...(entry !== undefined && { entry }),
    ...found,
    bytesRead: content.bytesRead(),
    oddities,
  };
}

async function settledText(content: Content, unpacked: Unpacked, signal: AbortSignal): Promise<Partial<Finding>> {
  return settled(async () => {
    const { bytes, complete, compression } = unpacked;
    if (looksBinary(bytes)) return { format: guess<FileFormat>('unknown', 0.9) };
    const samples = complete || compression.value !== 'none' ? [] : await samplesElsewhere(content);
    const { charset, byteOrderMark } = findCharset(Buffer.concat([bytes, ...samples]), complete);
    const decoded = await decodeSample(bytes, charset.value, complete, signal);
    const more: string[] = [];
    for (const sample of samples)
      more.push(wholeLines((await decodeSample(sample, charset.value, false, signal)).text));
    const name = unpacked.entry ?? content.name;
    const { text } = decoded;
    const found = await inspectText({ name, text, complete: decoded.complete, more, signal });
    const invalid: readonly Oddity[] =
      decoded.replaced === 0
        ? []
        : [
            {
              code: 'character-invalid',
              message: `Bytes are not characters in ${charset.value}.`,
              count: decoded.replaced,
            },
          ];
    return { ...found, charset, byteOrderMark, complete: decoded.complete, oddities: [...invalid, ...found.oddities] };
  }, signal);
}

/** Without the line that the beginning of a sample cuts, and the one that its end does. */
function wholeLines(text: string): string {
  return text.slice(text.indexOf('\n') + 1, text.lastIndexOf('\n') + 1);
}

const COMPRESSED_NAME = /\.(gz|gzip|zst|zstd|bz2|br|zip|tgz|tar|xz|lz4)$/i;

function contradiction(name: string, compression: string): readonly Oddity[] {
  const suffix = COMPRESSED_NAME.exec(name)?.[1];
  if (suffix === undefined || compression !== 'none') return [];
  return [{ code: 'name-contradicts', message: `The name ends in .${suffix}, and the content is not compressed.` }];
}
