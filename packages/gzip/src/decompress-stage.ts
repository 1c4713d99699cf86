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
import { eachOutput, outputsOf, type Step, type Steps, stepsOf } from './steps.ts';

export interface DecompressSettings extends Choice {
  readonly maxDepth: number;
  readonly suffixes: Suffixes;
  /** @throws MillraceError `COMPRESSION_UNAVAILABLE` */
  readonly startLayer: (format: CompressionFormat, count: ItemContext['count']) => Layer;
}

/** `decompress` at work on one item. */
export function startDecompress(settings: DecompressSettings, { item, count, note }: ItemContext): DecompressorStage {
  // Inside, the name alone decides nothing that the bytes contradict: it is rarely kept up to date.
  const inner: Choice = { ...settings, expect: undefined, onConflict: 'bytes' };
  const named = formatsOfName(item.part ?? item.uri, settings.suffixes);
  const outermost = new DetectingLayer({ settings, inner, count, note }, named, [], undefined);
  return {
    push: (input) => outputsOf(outermost.push(input)),
    end: () => outputsOf(outermost.end()),
    close: () => outermost.close(),
  };
}

/** What all layers of an item share. */
interface Shared {
  readonly settings: DecompressSettings;
  /** How the compression is chosen of what is inside another one. */
  readonly inner: Choice;
  readonly count: ItemContext['count'];
  readonly note: ItemContext['note'];
}

const NO_BYTES = new Uint8Array(0);

/** Holds the first bytes back until they show how they are compressed, then undoes that and looks at what is inside. */
class DetectingLayer {
  readonly #shared: Shared;
  readonly #named: readonly CompressionFormat[];
  readonly #outer: readonly CompressionFormat[];
  readonly #self: Part | undefined;
  #head: Uint8Array = NO_BYTES;
  #isDecided = false;
  #beginning: Part | undefined;
  #layer: Layer | undefined;
  #inner: DetectingLayer | undefined;
  /** The compressions that what is in `layer` stands in. */
  #outerOfInner: readonly CompressionFormat[];

  /**
   * @param named what its name says of this and of the layers inside it
   * @param outer the compressions that it is in, the outermost first
   * @param self the file of an archive that it is, which errors name. It is begun only once it shows not to be an archive itself
   */
  constructor(
    shared: Shared,
    named: readonly CompressionFormat[],
    outer: readonly CompressionFormat[],
    self: Part | undefined,
  ) {
    this.#shared = shared;
    this.#named = named;
    this.#outer = outer;
    this.#outerOfInner = outer;
    this.#self = self;
  }

  push(input: Uint8Array): Iterable<Step> {
    if (this.#isDecided) return this.#passed(input);
    const head = joined(this.#head, input);
    if (!isEnough(head, this.#outer.length === 0 ? this.#shared.settings.expect : undefined)) {
      // Input is the caller's, and may be a small part of a large chunk.
      this.#head = head === input ? new Uint8Array(input) : head;
      return [];
    }
    this.#decide(head);
    return this.#passed(head);
  }

  end(): Iterable<Step> {
    const passed = this.#isDecided ? [] : this.#passedAtEnd();
    return this.#layer === undefined ? passed : this.#withNames(this.#ended(passed));
  }

  close(): void {
    this.#layer?.close();
    this.#inner?.close();
  }

  #passedAtEnd(): Iterable<Step> {
    const head = this.#head;
    this.#decide(head);
    return this.#passed(head);
  }

  *#ended(passed: Iterable<Step>): Steps {
    yield* passed;
    yield* eachOutput(stepsOf(this.#layer!.end()), (output) => this.#inside(output));
    if (this.#inner !== undefined) yield* this.#inner.end();
  }

  #passed(bytes: Uint8Array): Iterable<Step> {
    const begun: readonly Part[] = this.#beginning === undefined ? [] : [this.#beginning];
    this.#beginning = undefined;
    if (bytes.length === 0) return begun;
    if (this.#layer === undefined) return [...begun, bytes];
    return this.#withNames(this.#unpacked(begun, this.#layer.push(bytes)));
  }

  *#unpacked(begun: readonly Part[], outputs: ReturnType<Layer['push']>): Steps {
    yield* begun;
    yield* eachOutput(stepsOf(outputs), (output) => this.#inside(output));
  }

  /** What becomes of an output of the layer. */
  #inside(output: Uint8Array | Part): Iterable<Step> {
    return isPart(output) ? this.#begun(output) : this.#inner!.push(output);
  }

  /** Ends the file of the archive before this one, and begins this one. */
  *#begun({ name }: Part): Steps {
    if (this.#inner !== undefined) yield* this.#inner.end();
    this.#inner?.close();
    const file = part(this.#self === undefined ? name : `${this.#self.name}/${name}`);
    const named = formatsOfName(name, this.#shared.settings.suffixes);
    this.#inner = new DetectingLayer(this.#shared, named, this.#outerOfInner, file);
  }

  #decide(head: Uint8Array): void {
    this.#isDecided = true;
    this.#head = NO_BYTES;
    const { settings, count, note } = this.#shared;
    const outer = this.#outer;
    try {
      const format = this.#chosen(head);
      if (!isArchive(format)) this.#beginning = this.#self;
      // What an archive holds differs from file to file.
      if (!outer.some(isArchive) && (outer.length === 0 || format !== 'none'))
        note('format', [...outer, format].join(' '));
      if (format === 'none') return;
      this.#layer = settings.startLayer(format, count);
      this.#outerOfInner = [...outer, format];
      if (isArchive(format)) return; // Its files are found one by one.
      this.#inner = new DetectingLayer(this.#shared, this.#named.slice(1), this.#outerOfInner, undefined);
    } catch (error) {
      throw this.#withName(error);
    }
  }

  #chosen(head: Uint8Array): CompressionFormat | 'none' {
    const { settings, inner } = this.#shared;
    const { maxDepth } = settings;
    const depth = depthOf(this.#outer);
    // However the input was cut, the same bytes decide.
    const first = head.length > HEAD_LENGTH ? head.subarray(0, HEAD_LENGTH) : head;
    const shown = depth >= maxDepth ? formatOfBytes(first) : undefined;
    if (depth >= maxDepth && shown === undefined) return 'none';
    if (shown !== undefined && depthOf([...this.#outer, shown]) > maxDepth) {
      throw new MillraceError(
        'COMPRESSION_TOO_DEEP',
        `After ${depth} compressions were undone, the data is still ${shown}. Raise maxDepth if that is right.`,
        { details: { format: shown, maxDepth } },
      );
    }
    const isOutermost = this.#outer.length === 0;
    return chooseFormat(first, this.#named[0], isOutermost ? settings : inner, isOutermost);
  }

  *#withNames(steps: Steps): Steps {
    try {
      yield* steps;
    } catch (error) {
      throw this.#withName(error);
    }
  }

  /** An error names the file of the archive that it is in. */
  #withName(error: unknown): unknown {
    const name = this.#self?.name;
    if (name === undefined || !isMillraceError(error)) return error;
    if (error.part !== name && error.part?.startsWith(`${name}/`) !== true)
      error.part = error.part === undefined ? name : `${name}/${error.part}`;
    return error;
  }
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

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
