import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a file is. With size and time, which a listing fills in, the reference is pinned to that version. */
export interface FileRef {
  /** Absolute, or relative to the working directory. `-` is standard input. */
  readonly path: string;
  /** Size in bytes. */
  readonly size?: number;
  /** When the file was changed last, in milliseconds since the epoch, with fractions. */
  readonly modifiedMs?: number;
}

/** Stands for standard input in place of a path. */
export const STANDARD_INPUT = '-';

/** The file as a URI: the same for every spelling of its path. Links are not followed. */
export function fileUri({ path }: FileRef): string {
  return path === STANDARD_INPUT ? 'stdin:' : pathToFileURL(resolve(path)).href;
}

/** Text that is the same while size and time are. */
export function fileVersionTag({ size, modifiedMs }: FileRef): string | undefined {
  return size === undefined || modifiedMs === undefined ? undefined : `${size}-${modifiedMs}`;
}
