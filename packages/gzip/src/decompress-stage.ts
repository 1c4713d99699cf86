import { isMillraceError, type ItemContext, MillraceError } from '@millrace/core';
import { type DecompressorStage, isPart, part, type Part } from '@millrace/core/plugin';
import { type Choice, chooseFormat } from './choose-format.ts';
import {
  type CompressionFormat,
  formatOfBytes,
  formatsOfName,
  MAGIC_LENGTH,
  type Suffixes,
} from './compression-format.ts';
import type { Layer } from './layer.ts';

export interface DecompressSettings extends Choice {
  readonly maxDepth: number;
  readonly suffixes: Suffixes;
  /** @throws MillraceError `COMPRESSION_UNAVAILABLE` */
  readonly startLayer: (format: CompressionFormat, count: ItemContext['count']) => Layer;
}

/** `decompress` at work on one item. */
export function startDecompress(settings: DecompressSettings, { item, count, note }: ItemContext): DecompressorStage {
  const named = formatsOfName(item.part ?? item.uri, settings.suffixes);
  const outermost = detectingLayer({ settings, count, note, named, outer: [], self: undefined });
  return { push: outermost.push, end: outermost.end, close: outermost.close };
}

/** What is to be looked at: an item, or what was inside a layer of it. */
interface Found {
  readonly settings: DecompressSettings;
  readonly count: ItemContext['count'];
  readonly note: ItemContext['note'];
  /** What its name says of this and of the layers inside it. */
  readonly named: readonly CompressionFormat[];
  /** The compressions that it stands in, the outermost first. */
  readonly outer: readonly CompressionFormat[];
  /** The file of an archive that it is. It is begun only once it shows not to be an archive itself. */
  readonly self: Part | undefined;
}

/** Holds the first bytes back until they show how they are compressed, then undoes that and looks at what is inside. */
function detectingLayer({ settings, count, note, named, outer, self }: Found): Layer {
  const depth = outer.length;
  let head = new Uint8Array(0);
  let isDecided = false;
  let beginning: Part | undefined;
  let layer: Layer | undefined;
  let inner: Layer | undefined;

  function decide(): void {
    isDecided = true;
    const format = chosen();
    if (format !== 'zip') beginning = self;
    // What an archive holds differs from file to file.
    if (!outer.includes('zip') && (depth === 0 || format !== 'none')) note('format', [...outer, format].join(' '));
    if (format === 'none') return;
    layer = settings.startLayer(format, count);
    if (format === 'zip') return; // Its files are found one by one.
    inner = detectingLayer({
      settings,
      count,
      note,
      named: named.slice(1),
      outer: [...outer, format],
      self: undefined,
    });
  }

  function chosen(): CompressionFormat | 'none' {
    const { maxDepth } = settings;
    if (depth >= maxDepth) {
      const shown = formatOfBytes(head);
      if (shown === undefined) return 'none';
      throw new MillraceError(
        'COMPRESSION_TOO_DEEP',
        `Behind ${depth} compressions that were undone the data is ${shown} still. Raise maxDepth if that is right.`,
        { details: { format: shown, maxDepth } },
      );
    }
    // Inside, the name alone decides nothing that the bytes contradict: it is rarely kept up to date.
    const choice: Choice = depth === 0 ? settings : { ...settings, expect: undefined, onConflict: 'bytes' };
    return chooseFormat(head, named[0], choice);
  }

  async function* through(bytes: Uint8Array): AsyncGenerator<Uint8Array | Part, void, undefined> {
    if (beginning !== undefined) yield beginning;
    beginning = undefined;
    if (bytes.length === 0) return;
    if (layer === undefined) yield bytes;
    else yield* inside(layer.push(bytes));
  }

  async function* inside(
    outputs: AsyncIterable<Uint8Array | Part>,
  ): AsyncGenerator<Uint8Array | Part, void, undefined> {
    for await (const output of outputs) {
      if (!isPart(output)) {
        yield* inner!.push(output);
        continue;
      }
      if (inner !== undefined) yield* inner.end();
      inner?.close();
      const file = part(self === undefined ? output.name : `${self.name}/${output.name}`);
      const names = formatsOfName(output.name, settings.suffixes);
      inner = naming(
        file,
        detectingLayer({ settings, count, note, named: names, outer: [...outer, 'zip'], self: file }),
      );
    }
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
      yield* inside(layer.end());
      if (inner !== undefined) yield* inner.end();
    },
    close: () => {
      layer?.close();
      inner?.close();
    },
  };
}

/** A layer of which errors name the file of the archive. */
function naming({ name }: Part, { push, end, close }: Layer): Layer {
  const named = async function* (
    outputs: AsyncIterable<Uint8Array | Part>,
  ): AsyncGenerator<Uint8Array | Part, void, undefined> {
    try {
      yield* outputs;
    } catch (error) {
      if (isMillraceError(error) && error.part !== name && error.part?.startsWith(`${name}/`) !== true) {
        error.part = error.part === undefined ? name : `${name}/${error.part}`;
      }
      throw error;
    }
  };
  return { push: (input) => named(push(input)), end: () => named(end()), close };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
