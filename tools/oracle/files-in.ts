import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DIALECT_SUFFIX } from './judge-file.ts';

/** A file that is larger takes minutes, and none of them is of a form that smaller ones do not have. */
export const MAX_BYTES = 48 * 1024 * 1024;

export interface FoundFiles {
  /** Paths from the folder, with `/`, in order. */
  readonly files: readonly string[];
  /** Those that are larger than `MAX_BYTES`. */
  readonly tooLarge: readonly string[];
}

/** Finds the files below a folder, without links and dialects. */
export function filesIn(folder: string): FoundFiles {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(DIALECT_SUFFIX))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
    .toSorted();
  const isLarge = (name: string): boolean => statSync(join(folder, name)).size > MAX_BYTES;
  return { files: names.filter((name) => !isLarge(name)), tooLarge: names.filter(isLarge) };
}
