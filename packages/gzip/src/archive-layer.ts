import type { Part } from '@millrace/core/plugin';
import type { ByteQueue } from './byte-queue.ts';
import type { Layer } from './layer.ts';
import { MORE } from './more-input.ts';

/** What the reader of an archive yields: parts and their bytes, and `MORE` when it needs more input. */
export type ArchiveOutput = Uint8Array | Part | typeof MORE;

/** Makes a layer of the reader of an archive, which takes its input from a queue. */
export function archiveLayer(
  input: ByteQueue,
  outputs: AsyncIterator<ArchiveOutput, void, undefined> | Iterator<ArchiveOutput, void, undefined>,
  close: () => void = () => {},
): Layer {
  let closed = false;

  async function* available(): AsyncGenerator<Uint8Array | Part, void, undefined> {
    while (!closed) {
      const { done, value } = await outputs.next();
      if (done === true || value === MORE) return;
      yield value;
    }
  }

  return {
    push: async function* (piece) {
      input.append(piece);
      yield* available();
    },
    end: async function* () {
      input.end();
      yield* available();
    },
    close: () => {
      closed = true;
      close();
    },
  };
}
