import type { Layer } from './layer.ts';
import type { OutputLimits } from './output-limits.ts';

/**
 * A format that `decompress` undoes if it is in its `formats`: `bzip2()` of `@millrace/gzip/bzip2`, `tar()` of
 * `@millrace/gzip/tar` and `zip()` of `@millrace/gzip/zip` make one, so that a program without it has none of its code.
 */
export interface ExtraFormat {
  readonly format: 'bzip2' | 'tar' | 'zip';
  /** Suffixes of names that say this format, in lower case. */
  readonly suffixes: readonly string[];
  /** Text that differs if it may read the same archive otherwise, as by other options. @default none */
  readonly signature?: string;
  /** Starts on one item, or on what was inside another compression. For `decompress`. */
  readonly start: (limits: OutputLimits, count: (counter: string, by?: number) => void) => Layer;
}
