import { isMillraceError, type MillraceError } from '@millrace/core';
import { runDecoder } from '@millrace/testkit';
import { decompress, type DecompressOptions } from '../../src/index.ts';
import { tar, type TarOptions } from '../../src/tar.ts';

export interface Untarred {
  /** The error's code, or `OK`. */
  readonly code: string;
  readonly error: MillraceError | undefined;
  /** Name and content of each file that was read. */
  readonly files: readonly (readonly [name: string, content: string])[];
  readonly counters: Readonly<Record<string, number>>;
  readonly notes: Readonly<Record<string, string>>;
}

/** Sends an archive through `decompress` as the runner does. */
export async function untarred(
  chunks: readonly Uint8Array[],
  options: TarOptions = {},
  more: DecompressOptions = {},
  name = 'a',
): Promise<Untarred> {
  try {
    const codec = decompress({ formats: [tar(options)], ...more });
    const { values, parts, counters, notes } = await runDecoder(codec, chunks, {
      item: { id: name, uri: `s3://b/${name}` },
    });
    const files = parts.map(({ name: file, at }, index) => {
      const content = Buffer.concat(values.slice(at, parts[index + 1]?.at));
      return [file, content.toString('latin1')] as const;
    });
    return { code: 'OK', error: undefined, files, counters, notes };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { code: error.code, error, files: [], counters: {}, notes: {} };
  }
}
