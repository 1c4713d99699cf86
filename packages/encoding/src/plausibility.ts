import { COMMON_CHARACTERS, LETTER_PAIRS } from './letter-statistics.ts';

/** How much a text looks like one that people wrote, in the characters beyond ASCII. */
export interface Plausibility {
  /** From about -6, which is noise, to about 2, on average. */
  readonly mean: number;
  /** Characters that were looked at. */
  readonly count: number;
}

/** Scores of a pair of letters by its class in {@link LETTER_PAIRS}, and of one that is in none. */
const PAIR_SCORES = [2, 1.4, 0.5] as const;
const UNKNOWN_PAIR = -1;
/** Of a letter that no language of the group has. */
const FOREIGN = -3;

/** Characters of a text that are looked at, at most: more of them tell nothing new. */
const ENOUGH = 4096;

const PUNCTUATION = new Set('–—‘’‚“”„†•…‰‹›€™ ¡£§©ª«®°±²³´·¹º»¼½¾¿№、。「」・ー！？（），：；');
const INSIDE_WORDS = new Set('’·ー・');
const LETTER = /^[\p{L}\p{M}]$/u;
const IDEOGRAPH = /^[\p{Script=Han}\p{Script=Hangul}]$/u;
const KANA = /^[\p{Script=Hiragana}\p{Script=Katakana}]$/u;
const UPPER = /^\p{Lu}$/u;
const LOWER = /^\p{Ll}$/u;
const NO_TEXT = /^[\p{Co}\p{Cn}\uFFFD]$/u;

interface Scorer {
  /** Of a character that only it may know, or `undefined` where it has nothing to say about such. */
  readonly score: (before: string, character: string, behind: string) => number;
}

function pairScorer(classes: readonly string[]): Scorer {
  const scores = new Map<string, number>();
  for (const [index, pairs] of classes.entries()) {
    for (let at = 0; at < pairs.length; at += 2) scores.set(pairs.slice(at, at + 2), PAIR_SCORES[index]!);
  }
  const letters = new Set(classes.join(''));
  const of = (pair: string): number => scores.get(pair) ?? UNKNOWN_PAIR;
  return {
    score: (before, character, behind) =>
      letters.has(character) ? (of(before + character) + of(character + behind)) / 2 : FOREIGN,
  };
}

function characterScorer(common: string, kana: number): Scorer {
  const known = new Set(common);
  return {
    score: (_, character) => {
      if (KANA.test(character)) return kana;
      if (known.has(character)) return 1.6;
      return IDEOGRAPH.test(character) ? -0.8 : FOREIGN;
    },
  };
}

let made: readonly Scorer[] | undefined;

/** Made when they are first needed: nothing happens when the module is imported. */
function scorers(): readonly Scorer[] {
  made ??= [
    ...Object.values(LETTER_PAIRS).map(pairScorer),
    ...Object.entries(COMMON_CHARACTERS).map(([name, common]) =>
      characterScorer(common, name === 'japanese' ? 1.6 : -1),
    ),
  ];
  return made;
}

/**
 * Scores the characters beyond ASCII: letters by the letters beside them, as the one group of languages has them that
 * fits best, others by what they are and where they stand.
 *
 * @param all whether those of ASCII count as well, as where two bytes stand for each
 */
export function plausibility(text: string, all: boolean): Plausibility {
  const groups = scorers();
  const sums = new Float64Array(groups.length);
  let [sum, count] = [0, 0];
  const characters = Array.from(text);
  for (let index = 0; index < characters.length && count < ENOUGH; index += 1) {
    const character = characters[index]!;
    const code = character.codePointAt(0)!;
    if (code === 0x0a) {
      sum += Math.max(...sums); // Each line may be in a language of its own.
      sums.fill(0);
    }
    if (code >= 0x20 && code < 0x7f ? !all : code === 0x0a || code === 0x0d || code === 0x09) continue;
    count += 1;
    if (code < 0x7f && code >= 0x20) {
      sum += 1.5;
      continue;
    }
    const [before, behind] = [characters[index - 1] ?? ' ', characters[index + 1] ?? ' '];
    const fixed = ofCharacter(character, code, before, behind);
    if (fixed !== undefined) {
      sum += fixed;
      continue;
    }
    const [left, own, right] = [folded(before), character.toLowerCase(), folded(behind)];
    sum += caseScore(character, before, behind);
    for (const [at, { score }] of groups.entries()) sums[at]! += score(left, own, right);
  }
  return { mean: count === 0 ? 0 : (sum + Math.max(...sums)) / count, count };
}

/** The score of what is no letter; `undefined` for a letter. */
function ofCharacter(character: string, code: number, before: string, behind: string): number | undefined {
  if (code < 0xa0) return -5; // Control characters.
  if (NO_TEXT.test(character)) return -5;
  if (code >= 0xff61 && code <= 0xff9f) return isHalfWidth(before) || isHalfWidth(behind) ? 0.8 : -1.5;
  if (code >= 0xff01 && code <= 0xff5e) return 0.8;
  if (PUNCTUATION.has(character)) {
    const inside = LETTER.test(before) && LETTER.test(behind) && code < 0x3000;
    return inside && !INSIDE_WORDS.has(character) ? -1.5 : 0.8;
  }
  if (LETTER.test(character)) return undefined;
  // Lines and blocks of DOS stand in rows.
  if (code >= 0x2500 && code <= 0x259f) return isBox(before) || isBox(behind) ? 0.3 : -1.5;
  return -1.5;
}

function isHalfWidth(character: string): boolean {
  const code = character.charCodeAt(0);
  return code >= 0xff61 && code <= 0xff9f;
}

function isBox(character: string): boolean {
  const code = character.charCodeAt(0);
  return code >= 0x2500 && code <= 0x259f;
}

/** A blank stands for all that is no letter. */
function folded(character: string): string {
  return LETTER.test(character) ? character.toLowerCase() : ' ';
}

/** A capital inside a word, and a small letter between capitals, are seldom. */
function caseScore(character: string, before: string, behind: string): number {
  if (UPPER.test(character)) return LOWER.test(before) ? -2.5 : LOWER.test(behind) && UPPER.test(before) ? -0.5 : 0;
  return LOWER.test(character) && UPPER.test(before) && UPPER.test(behind) ? -2 : 0;
}
