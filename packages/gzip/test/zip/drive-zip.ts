import { isMillraceError, type MillraceError } from '@millrace/core';
import { runDecoder } from '@millrace/testkit';
import { decompress, type DecompressOptions } from '../../src/index.ts';
import { zip, type ZipOptions } from '../../src/zip.ts';

export interface Unzipped {
  /** The error's code, or `OK`. */
  readonly code: string;
  readonly error: MillraceError | undefined;
  /** Name and content of each file that was read. */
  readonly files: readonly (readonly [name: string, content: string])[];
  readonly counters: Readonly<Record<string, number>>;
}

/** Sends an archive through `decompress` as the runner does. */
export async function unzipped(
  chunks: readonly Uint8Array[],
  options: ZipOptions = {},
  more: DecompressOptions = {},
): Promise<Unzipped> {
  try {
    const codec = decompress({ formats: [zip(options)], ...more });
    const { values, parts, counters } = await runDecoder(codec, chunks);
    const files = parts.map(({ name, at }, index) => {
      const content = Buffer.concat(values.slice(at, parts[index + 1]?.at));
      return [name, content.toString('latin1')] as const;
    });
    return { code: 'OK', error: undefined, files, counters };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { code: error.code, error, files: [], counters: {} };
  }
}
