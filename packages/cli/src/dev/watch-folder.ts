import { watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is whole. */
export interface DroppedFile {
  /** Its path within the folder, with `/`. */
  readonly name: string;
  readonly path: string;
}

/** How long a file must stay as it is before it counts as whole, in milliseconds. */
const QUIET_MS = 300;

/**
 * Yields the files of a folder, those that are there first, and then each that is dropped in or changed, once it has stopped
 * growing. It ends with the signal.
 *
 * @param folder must exist
 * @param once ends after the files that are there
 */
export async function* watchFolder(
  folder: string,
  signal: AbortSignal,
  once: boolean,
): AsyncGenerator<DroppedFile, void, undefined> {
  const seen = new Map<string, string>();
  const changes = once ? undefined : watchChanges(folder, signal);
  while (!signal.aborted) {
    let isGrowing = false;
    for (const file of await filesIn(folder)) {
      const now = await stampOf(file.path);
      if (now === undefined || seen.get(file.name) === now.stamp) continue;
      if (!once && Date.now() - now.modifiedMs < QUIET_MS) {
        isGrowing = true;
        continue;
      }
      seen.set(file.name, now.stamp);
      yield file;
    }
    if (changes === undefined) return;
    await changes.next(isGrowing ? QUIET_MS : undefined);
  }
}

interface Changes {
  /** Resolves at the next change, at the signal, or after a time. */
  readonly next: (timeoutMs: number | undefined) => Promise<void>;
}

function watchChanges(folder: string, signal: AbortSignal): Changes {
  let isDirty = false;
  let wake = (): void => {};
  const changed = (): void => {
    isDirty = true;
    wake();
  };
  const watcher = watch(folder, { recursive: true, persistent: true }, changed);
  watcher.on('error', changed);
  signal.addEventListener('abort', () => {
    watcher.close();
    wake();
  });
  return {
    next: async (timeoutMs) => {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs);
        if (isDirty || signal.aborted) resolve();
      });
      clearTimeout(timer);
      isDirty = false;
    },
  };
}

async function filesIn(folder: string): Promise<readonly DroppedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, name: path.slice(folder.length + 1).replaceAll('\\', '/') }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Nothing for a file that is gone by now. */
async function stampOf(path: string): Promise<{ readonly stamp: string; readonly modifiedMs: number } | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { stamp: `${size}-${mtimeMs}`, modifiedMs: mtimeMs };
  } catch {
    return undefined;
  }
}
