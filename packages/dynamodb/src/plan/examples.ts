import type { Quarantine, Rejection } from '@millrace/core';

const KEEP = 3;

/** Records that would be rejected for one reason. */
export interface PlannedRejections {
  readonly stage: string;
  readonly code: string;
  readonly count: number;
  /** The first three. */
  readonly examples: readonly Rejection[];
}

/** A quarantine that counts rejections by reason and keeps a few of each. */
export function exampleKeeper(): {
  readonly quarantine: Quarantine;
  readonly found: () => readonly PlannedRejections[];
} {
  const found = new Map<string, { stage: string; code: string; count: number; examples: Rejection[] }>();
  return {
    quarantine: {
      name: 'plan',
      write: async (entries) => {
        for (const { value } of entries) {
          const { stage, code } = value;
          const name = `${stage} ${code}`;
          const kept = found.get(name) ?? { stage, code, count: 0, examples: [] };
          found.set(name, kept);
          kept.count += 1;
          if (kept.examples.length < KEEP) kept.examples.push(value);
        }
      },
    },
    found: () => [...found.values()].toSorted((a, b) => b.count - a.count),
  };
}
