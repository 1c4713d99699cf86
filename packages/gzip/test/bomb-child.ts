// Run by bomb.extended.test.ts in a process of its own: decompresses a bomb of 1 GiB and prints the outcome and the peak of memory.
import { bomb, cut, member } from './gzip-file.ts';
import { start } from './drive.ts';
import type { GunzipOptions } from '../src/index.ts';

/** What bomb.extended.test.ts asks of its child. */
export interface BombTask {
  readonly options: GunzipOptions;
  readonly chunkBytes: number;
  /** Whether to collect garbage at every 16 MiB, as a pipeline's own work does. */
  readonly collect: boolean;
}

const { options, chunkBytes, collect } = JSON.parse(process.argv[2]!) as BombTask;

async function decompress(
  chunks: readonly Uint8Array[],
): Promise<{ code: unknown; produced: number; largest: number }> {
  const stage = start(options);
  let produced = 0;
  let largest = 0;
  try {
    for (const chunk of chunks) {
      for await (const output of stage.push(chunk)) {
        produced += output.length;
        largest = Math.max(largest, output.length);
        if (collect && produced % (16 * 1024 * 1024) < output.length) globalThis.gc?.();
      }
    }
    return { code: 'OK', produced, largest };
  } catch (error) {
    return { code: (error as { readonly code?: unknown }).code, produced, largest };
  } finally {
    stage.close();
  }
}

await decompress([member(Buffer.from('loads what is loaded at first use'))]);
const chunks = cut(bomb(1024), chunkBytes);
globalThis.gc?.();
const baseline = process.memoryUsage.rss();
const outcome = await decompress(chunks);
// The peak is the kernel's own figure, in KiB; nothing between two samples is missed.
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ ...outcome, risenBytes: peak - baseline }));
