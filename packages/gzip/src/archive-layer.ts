import type { Part } from '@millrace/core/plugin';
import type { ByteQueue } from './byte-queue.ts';
import type { Layer } from './layer.ts';
import { MORE } from './more-input.ts';

/** What the reader of an archive yields: parts and their bytes, and `MORE` when it needs more input. */
export type ArchiveOutput = Uint8Array | Part | typeof MORE;

/** Makes a layer of the reader of an archive, which takes its input from a queue. */
export function archiveLayer(
  input: ByteQueue,
  outputs: Generator<ArchiveOutput, void, undefined> | AsyncGenerator<ArchiveOutput, void, undefined>,
  close: () => void = () => {},
): Layer {
  let closed = false;

  function* available(from: Generator<ArchiveOutput, void, undefined>): Generator<Uint8Array | Part, void, undefined> {
    while (!closed) {
      const { done, value } = from.next();
      if (done === true || value === MORE) return;
      yield value;
    }
  }

  async function* availableLater(
    from: AsyncGenerator<ArchiveOutput, void, undefined>,
  ): AsyncGenerator<Uint8Array | Part, void, undefined> {
    while (!closed) {
      const { done, value } = await from.next();
      if (done === true || value === MORE) return;
      yield value;
    }
  }

  const outputsNow = (): ReturnType<Layer['end']> =>
    Symbol.iterator in outputs ? available(outputs) : availableLater(outputs);

  return {
    push: (piece) => {
      input.append(piece);
      return outputsNow();
    },
    end: () => {
      input.end();
      return outputsNow();
    },
    close: () => {
      closed = true;
      close();
    },
  };
}
