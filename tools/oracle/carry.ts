import { type Feed, isMillraceError, type MillraceError, type Quarantine, type Sink } from '@millrace/core';
import type { FileRef } from '@millrace/file';
import { lineDigest } from './line-digest.ts';
import type { Reading } from './reading.ts';

/** How a file becomes canonical lines: a feed into the sink that is given. */
export type LinesFeed = (sink: Sink<string>) => Feed<FileRef>;

export interface CarryOptions {
  /** The order of the lines means nothing, as that of files in an archive: they are sorted first. */
  readonly isSorted?: boolean;
  /** A file into which the lines are written. */
  readonly dump?: string | undefined;
}

/**
 * Carries a file through a feed as a user does, and digests what arrives. An object that fails is refused with its code, and
 * so is one of which records were rejected, with all of their codes.
 */
export async function carry(path: string, feedTo: LinesFeed, options: CarryOptions = {}): Promise<Reading> {
  const digest = lineDigest(options.dump);
  const held: string[] = [];
  const take = (line: string): void => {
    if (options.isSorted === true) held.push(line);
    else digest.add(line);
  };
  const sink: Sink<string> = {
    name: 'lines',
    write: async (entries) => {
      for (const { value } of entries) take(value);
    },
  };
  const codes = new Map<string, string>();
  const quarantine: Quarantine = {
    name: 'codes',
    write: async (entries) => {
      for (const { value } of entries) codes.set(value.code, value.message);
    },
  };
  const pipeline = builtFeed(feedTo, sink);
  if (isMillraceError(pipeline)) {
    digest.end();
    return { kind: 'refused', code: pipeline.code, message: pipeline.message };
  }
  const report = await pipeline.run([{ path }], {
    quarantine,
    maxRejections: { count: Number.MAX_SAFE_INTEGER, share: 1 },
    allRejected: 'accept',
    expect: { records: { min: 0 } },
    onFailure: 'report',
  });
  for (const line of held.toSorted()) digest.add(line);
  const read = digest.end();
  const { outcome, error } = report.reports[0]!;
  if (outcome !== 'complete') {
    return { kind: 'refused', code: error?.code ?? outcome, message: error?.message ?? outcome };
  }
  if (codes.size === 0) return read;
  const sorted = [...codes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind: 'refused',
    code: sorted.map(([code]) => code).join(),
    message: sorted.map(([, message]) => message).join(' '),
  };
}

/** The feed, or why there cannot be one: a document may name an encoding that does not exist. */
function builtFeed(feedTo: LinesFeed, sink: Sink<string>): Feed<FileRef> | MillraceError {
  try {
    return feedTo(sink);
  } catch (error) {
    if (isMillraceError(error)) return error;
    throw error;
  }
}
