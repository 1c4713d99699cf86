export { decodeText, type DecodeTextOptions } from './decode-text.ts';
