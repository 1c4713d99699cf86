import { isMillraceError, type ItemContext, MillraceError } from '@millrace/core';
import { type DecompressorStage, isPart, part, type Part } from '@millrace/core/plugin';
import { type Choice, chooseFormat } from './choose-format.ts';
import {
  type CompressionFormat,
  formatOfBytes,
  formatsOfName,
  HEAD_LENGTH,
  isArchive,
  MAGIC_LENGTH,
  type Suffixes,
} from './compression-format.ts';
import type { Layer } from './layer.ts';
import { eachOutput, outputsOf, type Steps, stepsOf } from './steps.ts';

export interface DecompressSettings extends Choice {
  readonly maxDepth: number;
  readonly suffixes: Suffixes;
  /** @throws MillraceError `COMPRESSION_UNAVAILABLE` */
  readonly startLayer: (format: CompressionFormat, count: ItemContext['count']) => Layer;
}

/** `decompress` at work on one item. */
export function startDecompress(settings: DecompressSettings, { item, count, note }: ItemContext): DecompressorStage {
  const named = formatsOfName(item.part ?? item.uri, settings.suffixes);
  const { push, end, close } = detectingLayer({ settings, count, note, named, outer: [], self: undefined });
  return { push: (input) => outputsOf(push(input)), end: () => outputsOf(end()), close };
}

/** A layer as the one around it drives it. */
interface SteppingLayer {
  readonly push: (input: Uint8Array) => Steps;
  readonly end: () => Steps;
  readonly close: () => void;
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
function detectingLayer({ settings, count, note, named, outer, self }: Found): SteppingLayer {
  const depth = depthOf(outer);
  let head: Uint8Array = NO_BYTES;
  let isDecided = false;
  let beginning: Part | undefined;
  let layer: Layer | undefined;
  let inner: SteppingLayer | undefined;
  /** The compressions that what is in `layer` stands in. */
  let outerOfInner: readonly CompressionFormat[] = outer;

  function decide(): void {
    isDecided = true;
    const format = chosen();
    if (!isArchive(format)) beginning = self;
    // What an archive holds differs from file to file.
    if (!outer.some(isArchive) && (outer.length === 0 || format !== 'none'))
      note('format', [...outer, format].join(' '));
    if (format === 'none') return;
    layer = settings.startLayer(format, count);
    outerOfInner = [...outer, format];
    if (isArchive(format)) return; // Its files are found one by one.
    inner = detectingLayer({
      settings,
      count,
      note,
      named: named.slice(1),
      outer: outerOfInner,
      self: undefined,
    });
  }

  function chosen(): CompressionFormat | 'none' {
    const { maxDepth } = settings;
    // However the input was cut, the same bytes decide.
    const first = head.subarray(0, HEAD_LENGTH);
    const shown = depth >= maxDepth ? formatOfBytes(first) : undefined;
    if (depth >= maxDepth && shown === undefined) return 'none';
    if (shown !== undefined && depthOf([...outer, shown]) > maxDepth) {
      throw new MillraceError(
        'COMPRESSION_TOO_DEEP',
        `After ${depth} compressions were undone, the data is still ${shown}. Raise maxDepth if that is right.`,
        { details: { format: shown, maxDepth } },
      );
    }
    // Inside, the name alone decides nothing that the bytes contradict: it is rarely kept up to date.
    const isOutermost = outer.length === 0;
    const choice: Choice = isOutermost ? settings : { ...settings, expect: undefined, onConflict: 'bytes' };
    return chooseFormat(first, named[0], choice, isOutermost);
  }

  function* through(bytes: Uint8Array): Steps {
    if (beginning !== undefined) yield beginning;
    beginning = undefined;
    if (bytes.length === 0) return;
    if (layer === undefined) yield bytes;
    else yield* eachOutput(stepsOf(layer.push(bytes)), inside);
  }

  function* inside(output: Uint8Array | Part): Steps {
    if (!isPart(output)) {
      yield* inner!.push(output);
      return;
    }
    if (inner !== undefined) yield* inner.end();
    inner?.close();
    const file = part(self === undefined ? output.name : `${self.name}/${output.name}`);
    const names = formatsOfName(output.name, settings.suffixes);
    inner = naming(file, detectingLayer({ settings, count, note, named: names, outer: outerOfInner, self: file }));
  }

  return {
    push: function* (input) {
      if (isDecided) {
        yield* through(input);
        return;
      }
      head = joined(head, input);
      if (!isEnough(head, outer.length === 0 ? settings.expect : undefined)) {
        // Input is the caller's, and may be a small part of a large chunk.
        if (head === input) head = new Uint8Array(input);
        return;
      }
      decide();
      yield* through(head);
      head = NO_BYTES;
    },
    end: function* () {
      if (!isDecided) {
        decide();
        yield* through(head);
      }
      if (layer === undefined) return;
      yield* eachOutput(stepsOf(layer.end()), inside);
      if (inner !== undefined) yield* inner.end();
    },
    close: () => {
      layer?.close();
      inner?.close();
    },
  };
}

/** How many compressions were undone. An archive of tar compresses nothing, so that the outermost one is not counted. */
function depthOf(formats: readonly string[]): number {
  return formats.length - (formats.includes('tar') ? 1 : 0);
}

/**
 * Whether these first bytes show the format, whatever follows. A header of tar has to be there as a whole, and its first bytes
 * are those of a name: unless one cannot begin so, or nothing that is expected could be one.
 */
function isEnough(head: Uint8Array, expect: DecompressSettings['expect']): boolean {
  if (head.length < MAGIC_LENGTH || head.length >= HEAD_LENGTH) return head.length >= HEAD_LENGTH;
  const shown = formatOfBytes(head);
  if (shown !== undefined && shown !== 'bzip2' && shown !== 'zlib') return true;
  return expect !== undefined && !expect.some((one) => one === 'none' || isArchive(one));
}

/** A layer of which errors name the file of the archive. */
function naming({ name }: Part, { push, end, close }: SteppingLayer): SteppingLayer {
  const named = function* (steps: Steps): Steps {
    try {
      yield* steps;
    } catch (error) {
      if (isMillraceError(error) && error.part !== name && error.part?.startsWith(`${name}/`) !== true) {
        error.part = error.part === undefined ? name : `${name}/${error.part}`;
      }
      throw error;
    }
  };
  return { push: (input) => named(push(input)), end: () => named(end()), close };
}

const NO_BYTES = new Uint8Array(0);

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
