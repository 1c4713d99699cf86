import { check, checkOptions } from '@millrace/core/plugin';
import { legacyCharsets } from '#legacy-charsets';
import type { Charsets } from './charsets.ts';
import { resolveCharset } from './resolve-charset.ts';
import { rankCandidates } from './score-candidates.ts';

export interface RankCharsetsOptions {
  /** Names of the encodings to compare; at least one. Among encodings that give the same text, the first is ranked. */
  readonly allowed: readonly string[];
  /** Whether `bytes` are all there is, so that a character cut at their end is invalid. @default false */
  readonly whole?: boolean;
  /** As that of `decodeText`. @default `legacyCharsets` on Node; none in a bundle */
  readonly charsets?: Charsets;
}

/** One encoding, and what its text of the bytes is worth. */
export interface RankedCharset {
  readonly name: string;
  /** From 0 to 1; only the first of a ranking can have much. */
  readonly confidence: number;
  /** Byte sequences that are not characters in this encoding. */
  readonly invalid: number;
  /** Other encodings in `allowed` that give the same text. */
  readonly same: readonly string[];
}

/**
 * Ranks encodings by how well each reads a text, the likeliest first, as `detect` does for an object. It looks at letters only: byte
 * order marks and the zero bytes of UTF-16 are for the caller.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`, and those of `decodeText` for a name
 * @example
 * const [likeliest] = rankCharsets(bytes, { allowed: ['utf-8', 'windows-1252', 'cp850'] });
 */
export function rankCharsets(bytes: Uint8Array, options: RankCharsetsOptions): readonly RankedCharset[] {
  checkOptions('rankCharsets', options, {
    allowed: check.object,
    whole: check.optional(check.flag),
    charsets: check.optional(check.object),
  });
  const { allowed, whole = false, charsets = legacyCharsets } = options;
  const candidates = allowed.map((name) => ({ name, charset: resolveCharset(name, charsets) }));
  return rankCandidates(bytes, whole, candidates).map(({ candidate, confidence, invalid, same }) => ({
    name: candidate.name,
    confidence,
    invalid,
    same: same.map(({ name }) => name),
  }));
}
