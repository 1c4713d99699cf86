import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A fault that is put back into a source file, to prove that the simulator finds it. */
export interface Plant {
  /** Name of the fault, such as `lease-is-not-checked`. */
  readonly name: string;
  /** What the fault does to data. */
  readonly fault: string;
  /** Replacements, each in one file; each must be found exactly once. */
  readonly patches: readonly Patch[];
}

export interface Patch {
  /** How the file's path ends, such as `packages/core/src/run/pump.ts`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * Plants a fault into modules that are loaded from now on, by a module hook; the product has no switch for it.
 *
 * @returns checks that every patch was applied. Call it after the modules were loaded
 * @throws Error from that check, or while a file is loaded, if a text is not found exactly once: the code has changed
 */
export function plantFault({ name, patches }: Plant): () => void {
  const applied = new Set<Patch>();
  registerHooks({
    load: (url, context, nextLoad) => {
      const own = patches.filter(({ file }) => url.startsWith('file:') && url.endsWith(`/${file}`));
      if (own.length === 0) return nextLoad(url, context);
      let source = readFileSync(fileURLToPath(url), 'utf8');
      for (const patch of own) {
        const times = source.split(patch.find).length - 1;
        if (times !== 1) throw new Error(`Fault ${name}: ${patch.file} has ${times} times the text\n${patch.find}`);
        source = source.replace(patch.find, () => patch.replace);
        applied.add(patch);
      }
      return { ...nextLoad(url, context), source };
    },
  });
  return () => {
    const missed = patches.filter((patch) => !applied.has(patch));
    if (missed.length > 0)
      throw new Error(`Fault ${name}: ${missed.map(({ file }) => file).join(', ')} was not loaded.`);
  };
}
