import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ItemOrigin } from '@millrace/core';

/** References a file by its path. A listing adds size and time, which pin the reference to that version. */
export interface FileRef {
  /** Absolute, or relative to the working directory. `-` is standard input. */
  readonly path: string;
  /** Size in bytes. */
  readonly size?: number;
  /** When the file was last modified, in milliseconds since the epoch, with fractions. */
  readonly modifiedMs?: number;
}

/** Means standard input when used as a path. */
export const STANDARD_INPUT = '-';

/** Returns the file's URI, which is the same for every spelling of its path. Links are not resolved. */
export function fileUri({ path }: FileRef): string {
  return path === STANDARD_INPUT ? 'stdin:' : pathToFileURL(resolve(path)).href;
}

/** Makes a reference from a path, a `file:` URI or `-`; nothing from the URI of another scheme. */
export function parseFileReference(text: string): FileRef | undefined {
  if (text === '' || /^(?!file:)[a-z][a-z0-9+.-]+:\/\//i.test(text)) return undefined;
  if (text === 'stdin:') return { path: STANDARD_INPUT };
  if (!/^file:/i.test(text)) return { path: text };
  try {
    return { path: fileURLToPath(text) };
  } catch {
    return undefined;
  }
}

/** Returns a tag that changes when size or time changes; nothing if the reference has neither. */
export function fileVersionTag({ size, modifiedMs }: FileRef): string | undefined {
  return size === undefined || modifiedMs === undefined ? undefined : `${size}-${modifiedMs}`;
}

/**
 * Returns a reference to the file of an origin; nothing for standard input, which is gone. It is not pinned: an origin has whole
 * milliseconds and a file's time has fractions of them. The digest in the id tells another version.
 */
export function fileRefOf({ uri, size }: ItemOrigin): FileRef | undefined {
  if (!uri.startsWith('file:')) return undefined;
  const path = fileURLToPath(uri);
  return { path, ...(size !== undefined && { size }) };
}
