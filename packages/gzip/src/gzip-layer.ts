import { fflateEngine } from '#fflate-engine';
import type { Engine } from './engine.ts';
import { MAX_EMPTY_MEMBERS, MAX_HEADER_BYTES } from './gzip-framing.ts';
import { gunzipStage } from './gunzip-stage.ts';
import { type Layer, layerError } from './layer.ts';
import { nativeEngine } from './native-engine.ts';
import type { OutputLimits } from './output-limits.ts';

/** gunzip as a layer: any number of members, verified; `undefined` where nothing can decompress, as in a bundle for a newer Node. */
export function gzipLayer(limits: OutputLimits): Layer | undefined {
  const engine: Engine | undefined = nativeEngine() ?? fflateEngine();
  if (engine === undefined) return undefined;
  const stage = gunzipStage(engine, {
    ...limits,
    maxHeaderBytes: MAX_HEADER_BYTES,
    maxEmptyMembers: MAX_EMPTY_MEMBERS,
  });
  return {
    push: (input) => translated(() => stage.push(input) as AsyncIterable<Uint8Array>),
    end: () => translated(() => stage.end!() as Iterable<Uint8Array>),
    close: () => void stage.close!(),
  };
}

async function* translated(
  outputs: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* outputs();
  } catch (error) {
    throw layerError(error, 'gzip');
  }
}
