import { type CodecStage, MillraceError } from '@millrace/core';
import { type Choice, chooseFormat } from './choose-format.ts';
import { type CompressionFormat, formatOfBytes, MAGIC_LENGTH } from './compression-format.ts';
import type { Layer } from './layer.ts';

export interface DecompressSettings extends Choice {
  readonly maxDepth: number;
  /** @throws MillraceError `COMPRESSION_UNAVAILABLE` */
  readonly startLayer: (format: CompressionFormat) => Layer;
}

/** `decompress` at work on one item. */
export function startDecompress(
  settings: DecompressSettings,
  named: readonly CompressionFormat[],
): CodecStage<Uint8Array, Uint8Array> {
  const outermost = detectingLayer(settings, named, 0);
  return { push: outermost.push, end: outermost.end, close: outermost.close };
}

/** Holds the first bytes back until they show how they are compressed, then undoes that and looks at what is inside. */
function detectingLayer(settings: DecompressSettings, named: readonly CompressionFormat[], depth: number): Layer {
  let head = new Uint8Array(0);
  let isDecided = false;
  let layer: Layer | undefined;
  let inner: Layer | undefined;

  function decide(): void {
    isDecided = true;
    const { expect, onConflict, maxDepth, startLayer } = settings;
    if (depth >= maxDepth) {
      const shown = formatOfBytes(head);
      if (shown === undefined || depth === 0) return;
      throw new MillraceError(
        'COMPRESSION_TOO_DEEP',
        `Behind ${depth} compressions that were undone the data is ${shown} still. Raise maxDepth if that is right.`,
        { details: { format: shown, maxDepth } },
      );
    }
    // Inside, the name alone decides nothing that the bytes contradict: it is rarely kept up to date.
    const choice: Choice = depth === 0 ? { expect, onConflict } : { expect: undefined, onConflict: 'bytes' };
    const format = chooseFormat(head, named[depth], choice);
    if (format === 'none') return;
    layer = startLayer(format);
    inner = detectingLayer(settings, named, depth + 1);
  }

  async function* through(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    if (bytes.length === 0) return;
    if (layer === undefined) yield bytes;
    else for await (const output of layer.push(bytes)) yield* inner!.push(output);
  }

  return {
    push: async function* (input) {
      if (isDecided) {
        yield* through(input);
        return;
      }
      head = joined(head, input);
      if (head.length < MAGIC_LENGTH) return;
      decide();
      yield* through(head);
      head = new Uint8Array(0);
    },
    end: async function* () {
      if (!isDecided) {
        decide();
        yield* through(head);
      }
      if (layer === undefined) return;
      for await (const output of layer.end()) yield* inner!.push(output);
      yield* inner!.end();
    },
    close: () => {
      layer?.close();
      inner?.close();
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
