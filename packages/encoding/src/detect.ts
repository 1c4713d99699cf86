export { detect, type DetectOptions } from './detect-charset.ts';
export type { Candidate, DecodingStage, Detection } from './detection.ts';
