import type { ItemContext } from '@millrace/core';
import type { Located } from '@millrace/core/plugin';
import type { Charset } from './charset.ts';

/** An encoding that may be chosen, and how to decode it. */
export interface Candidate {
  readonly name: string;
  readonly charset: Charset;
}

/** Decoding of one item, whose encoding may still change where one character ends and another begins. */
export interface DecodingStage {
  readonly push: (chunk: Uint8Array) => Iterable<Located<string>>;
  readonly end: () => Iterable<Located<string>>;
  readonly use: (candidate: Candidate) => void;
}

/** How `decodeText` finds out the encodings of items. `detect` of `@millrace/encoding/detect` makes it. */
export interface Detection {
  /** Names of the encodings that may be chosen. Among equals the first is chosen. */
  readonly allowed: readonly string[];
  /**
   * Begins an item: answers a stage that chooses, and decodes by what `decodeBy` makes.
   *
   * @param candidates the encodings of `allowed`, in that order
   */
  readonly start: (
    candidates: readonly Candidate[],
    decodeBy: (candidate: Candidate) => DecodingStage,
    context: ItemContext,
  ) => Omit<DecodingStage, 'use'>;
}
