export { detect, type DetectOptions } from './detect-charset.ts';
export type { Candidate, DecodingStage, Detection } from './detection.ts';
export { rankCharsets, type RankCharsetsOptions, type RankedCharset } from './rank-charsets.ts';
