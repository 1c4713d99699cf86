import { type Block, block, isBlock } from '../../block.ts';
import type { ItemContext } from '../../context.ts';
import type { FeedDecoder } from '../../feed.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { Outputs } from '../../outputs.ts';
import type { Parser, ParserContext, Produced } from '../../parser.ts';
import { isPart, type Part } from '../../part.ts';
import { isLocated, type TextPlace } from '../../text-place.ts';
import { type Batch, OutputBatch } from './output-batch.ts';

/** Records that a parser yields one by one are handed on in blocks of at most this many. */
const BLOCK_RECORDS = 256;

/** Called for each chunk that enters a decoder or the parser; `index` is its place in the feed. */
export type ChunkObserver = (index: number, chunk: unknown) => void;

/** Makes the contexts of an item's decoders and of its parser. */
export interface ChainContexts {
  readonly ofDecoder: (index: number, part?: string) => ItemContext;
  readonly ofParser: (part?: string) => ParserContext;
}

/** Follows the last chunk of an item, through all decoders. */
const END: unique symbol = Symbol('end');

/**
 * Sends an item's chunks through its decoders and its parser; the parser's output comes in blocks of records, with a marker
 * before those of each part. While a block is being worked on, the decoders already prepare the next chunk.
 */
export function codecChain(
  chunks: AsyncIterable<unknown>,
  decoders: readonly FeedDecoder[],
  parser: Parser<unknown, unknown>,
  contexts: ChainContexts,
  sawChunk: ChunkObserver,
): AsyncIterable<Batch<Block<unknown> | Part>> {
  let input = untilEnd(chunks);
  for (const [index, decoder] of decoders.entries()) {
    input = new LinkRun<unknown>({
      name: decoder.name,
      context: (part) => contexts.ofDecoder(index, part),
      start: (part) => decoder.start(contexts.ofDecoder(index, part)) as LinkStage,
      saw: (chunk) => sawChunk(index, chunk),
      outputs: (returned) => eachChunk(returned as Outputs<unknown>, decoder.name),
      last: [END],
    }).through(input);
  }
  return new LinkRun<Block<unknown>>({
    name: parser.name,
    context: contexts.ofParser,
    start: (part) => parser.start(contexts.ofParser(part)),
    saw: (chunk, place) => {
      sawChunk(decoders.length, chunk);
      assertMayTake(parser, place);
    },
    outputs: (returned) => eachBlock(returned as Produced<unknown>, parser.name),
    last: [],
  }).through(oneAhead(input));
}

async function* untilEnd(chunks: AsyncIterable<unknown>): AsyncGenerator<Batch<unknown>, void, undefined> {
  for await (const chunk of chunks) yield [chunk];
  yield [END];
}

/** A decoder or the parser, as the chain sees it. */
interface Link<O> {
  readonly name: string;
  readonly context: (part?: string) => ItemContext;
  readonly start: (part: string | undefined) => LinkStage;
  /** Called for each chunk before `push`; may refuse it. */
  readonly saw: (chunk: unknown, place: TextPlace | undefined) => void;
  readonly outputs: (returned: unknown) => Iterable<O> | AsyncIterable<O>;
  /** What follows the last output. */
  readonly last: Batch<O>;
}

interface LinkStage {
  readonly push: (chunk: unknown, place?: TextPlace) => unknown;
  readonly end?: () => unknown;
  readonly close?: () => void | Promise<void>;
}

/** A link at work on one item. Its stage is ended and started again for each part. */
class LinkRun<O> {
  readonly #link: Link<O>;
  readonly #item: ItemContext;
  readonly #batch: OutputBatch<O | Part>;
  #partName: string | undefined;
  #partNumber: number | undefined;
  #stage: LinkStage | undefined;
  #isBegun = false;

  constructor(link: Link<O>) {
    this.#link = link;
    this.#item = link.context();
    this.#batch = new OutputBatch((output) => this.#assertMayCome(output));
  }

  /**
   * Yields what becomes of the input, in batches: a hop from one asynchronous generator to the next costs more than what most
   * stages do with a small chunk. Outputs that are made synchronously are gathered up to a limit; others are passed on at once.
   */
  async *through(input: AsyncIterable<Batch<unknown>>): AsyncGenerator<Batch<O | Part>, void, undefined> {
    const batch = this.#batch;
    this.#start();
    try {
      for await (const given of input) {
        try {
          for (const one of given) {
            const outputs = this.#outputsOf(one);
            if (Symbol.iterator in outputs) {
              for (const full of batch.filled(outputs)) yield full;
            } else {
              if (!batch.isEmpty) yield batch.taken();
              for await (const output of outputs) {
                this.#assertMayCome(output);
                yield [output];
              }
            }
            if (one === END) for (const last of this.#link.last) batch.add(last);
            else if (isPart(one)) {
              const ended = this.#stage!;
              this.#stage = undefined;
              if (ended.close !== undefined) await ended.close();
              this.#begin(one);
            }
          }
        } catch (thrown) {
          // What came before an error is delivered before it.
          if (!batch.isEmpty) yield batch.taken();
          throw this.#attributed(thrown);
        }
        if (!batch.isEmpty) yield batch.taken();
      }
    } finally {
      await this.#stage?.close?.();
    }
  }

  #start(): void {
    try {
      this.#stage = this.#link.start(this.#partName);
    } catch (thrown) {
      throw this.#attributed(thrown);
    }
  }

  #begin(part: Part): void {
    this.#partName = part.name;
    this.#partNumber = (this.#partNumber ?? 0) + 1;
    this.#start();
    this.#isBegun = true;
    this.#batch.add(part);
  }

  /** What the stage makes of a chunk, or of the end of a part or the item. */
  #outputsOf(given: unknown): Iterable<O> | AsyncIterable<O> {
    const stage = this.#stage!;
    if (given !== END && !isPart(given)) {
      this.#isBegun = true;
      const { chunk, place } = isLocated(given) ? given : { chunk: given, place: undefined };
      this.#link.saw(chunk, place);
      return this.#link.outputs(stage.push(chunk, place));
    }
    // What came before the first part is nothing, which most stages would call cut short.
    if (stage.end === undefined || (given !== END && !this.#isBegun)) return [];
    return this.#link.outputs(stage.end());
  }

  #assertMayCome(output: O | Part): void {
    if (this.#partName !== undefined && isPart(output))
      throw contract(this.#link.name, 'it began a part inside another part');
  }

  #attributed(thrown: unknown): MillraceError {
    const { stage, item } = this.#item;
    const place = { stage, item: item.id, part: this.#partName, partNumber: this.#partNumber };
    return toMillraceError(thrown, 'CODEC_THREW', place);
  }
}

function assertMayTake({ name, takesDamage }: Parser<unknown, unknown>, place: TextPlace | undefined): void {
  const first = place?.damage?.[0];
  if (first === undefined || takesDamage === true) return;
  throw new MillraceError(first.code, `${first.message} ${name}() cannot reject the record that holds them.`, {
    details: first.details,
  });
}

function eachChunk(produced: Outputs<unknown>, codec: string): Iterable<unknown> | AsyncIterable<unknown> {
  if (isBlock(produced)) throw contract(codec, 'it emits chunks, but answered a block of records');
  return checkedIterable(produced, codec);
}

export function eachBlock(
  produced: Produced<unknown>,
  codec: string,
): Iterable<Block<unknown>> | AsyncIterable<Block<unknown>> {
  if (isBlock(produced)) return [produced];
  if (Array.isArray(produced)) return produced.some(isBlock) ? blocksOf(produced) : [block(produced)];
  return blocksOf(checkedIterable(produced, codec));
}

async function* blocksOf(
  values: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<Block<unknown>, void, undefined> {
  let records: unknown[] = [];
  for await (const value of values) {
    if (isBlock(value)) {
      if (records.length > 0) yield block(records);
      records = [];
      yield value;
    } else if (records.push(value) >= BLOCK_RECORDS) {
      yield block(records);
      records = [];
    }
  }
  if (records.length > 0) yield block(records);
}

function checkedIterable<T>(produced: Iterable<T> | AsyncIterable<T>, codec: string): Iterable<T> | AsyncIterable<T> {
  if (typeof produced === 'object' && (Symbol.iterator in produced || Symbol.asyncIterator in produced))
    return produced;
  throw contract(codec, 'push() and end() must answer an array, a block or an iterable object');
}

export function contract(codec: string, what: string): MillraceError {
  return new MillraceError('CODEC_CONTRACT', `Codec ${codec}: ${what}. This is a mistake in the codec.`);
}

/** Asks for the next chunk while this one is being worked on. */
async function* oneAhead<T>(input: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = input[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = iterator.next();
      next.catch(() => {}); // Its failure is thrown where it is awaited; meanwhile it must not count as unhandled.
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
