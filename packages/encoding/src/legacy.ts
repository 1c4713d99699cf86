export type { Charsets } from './charsets.ts';
export { legacyCharsets } from './legacy-charsets.ts';
