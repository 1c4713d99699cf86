import type { Charsets } from './charsets.ts';

/** What takes the place of the legacy encodings in a bundle (docs/decisions/bundle-size.md). */
export const legacyCharsets: Charsets | undefined = undefined;
