import type { Explanation } from './explanation.ts';

/** Reviewed: what Millrace does differently on purpose, and faults of the oracles. */
export const explained: readonly Explanation[] = [];
