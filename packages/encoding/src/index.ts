export type { Charsets } from './charsets.ts';
export { decodeText, type DecodeTextOptions } from './decode-text.ts';
