import { EQUIVALENT_IN_ADAPTERS } from './equivalent-in-adapters.ts';
import { EQUIVALENT_IN_CORE } from './equivalent-in-core.ts';
import type { Equivalent } from './equivalent-mutant.ts';
import type { Mutant } from './find-mutants.ts';

/**
 * Survivors that were judged, each with its reason. A line that moves stays in the list; a line that changes must be judged
 * again. Take entries off the list when the command calls them stale.
 */
export const EQUIVALENT: readonly Equivalent[] = [...EQUIVALENT_IN_CORE, ...EQUIVALENT_IN_ADAPTERS];

export function equivalentOf(mutant: Mutant): Equivalent | undefined {
  return EQUIVALENT.find((entry) => names(entry, mutant));
}

/** Lists the entries for these files that name no mutant any more. */
export function staleEntries(files: readonly string[], mutants: readonly Mutant[]): readonly Equivalent[] {
  return EQUIVALENT.filter((entry) => files.includes(entry.file) && !mutants.some((mutant) => names(entry, mutant)));
}

function names({ file, within, before, after }: Equivalent, mutant: Mutant): boolean {
  return mutant.file === file && mutant.within === within && mutant.before === before && mutant.after === after;
}
