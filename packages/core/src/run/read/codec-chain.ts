import { type Block, block, isBlock } from '../../block.ts';
import type { ItemContext } from '../../context.ts';
import type { FeedDecoder } from '../../feed.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { Outputs } from '../../outputs.ts';
import type { Parser, ParserContext, Produced } from '../../parser.ts';
import { isPart, type Part } from '../../part.ts';
import { isLocated, type TextPlace } from '../../text-place.ts';

/** Records that a parser yields one by one are handed on in blocks of at most this many. */
const BLOCK_RECORDS = 256;

/** Called for each chunk that enters a decoder or the parser; `index` is its place in the feed. */
export type ChunkObserver = (index: number, chunk: unknown) => void;

/** Makes the contexts of an item's decoders and of its parser. */
export interface ChainContexts {
  readonly ofDecoder: (index: number, part?: string) => ItemContext;
  readonly ofParser: (part?: string) => ParserContext;
}

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
): AsyncIterable<Block<unknown> | Part> {
  let input = chunks;
  for (const [index, decoder] of decoders.entries()) {
    const link: Link<unknown> = {
      name: decoder.name,
      context: (part) => contexts.ofDecoder(index, part),
      start: (part) => decoder.start(contexts.ofDecoder(index, part)) as LinkStage,
      saw: (chunk) => sawChunk(index, chunk),
      outputs: (returned) => eachChunk(returned as Outputs<unknown>, decoder.name),
    };
    input = throughLink(input, link);
  }
  return throughLink(oneAhead(input), {
    name: parser.name,
    context: contexts.ofParser,
    start: (part) => parser.start(contexts.ofParser(part)),
    saw: (chunk, place) => {
      sawChunk(decoders.length, chunk);
      assertMayTake(parser, place);
    },
    outputs: (returned) => eachBlock(returned as Produced<unknown>, parser.name),
  });
}

/** A decoder or the parser, as the chain sees it. */
interface Link<O> {
  readonly name: string;
  readonly context: (part?: string) => ItemContext;
  readonly start: (part: string | undefined) => LinkStage;
  /** Called for each chunk before `push`; may refuse it. */
  readonly saw: (chunk: unknown, place: TextPlace | undefined) => void;
  readonly outputs: (returned: unknown) => Iterable<O> | AsyncIterable<O>;
}

interface LinkStage {
  readonly push: (chunk: unknown, place?: TextPlace) => unknown;
  readonly end?: () => unknown;
  readonly close?: () => void | Promise<void>;
}

async function* throughLink<O>(
  input: AsyncIterable<unknown>,
  link: Link<O>,
): AsyncGenerator<O | Part, void, undefined> {
  const { stage: name, item } = link.context();
  let partName: string | undefined;
  let partNumber: number | undefined;
  const attribute = (thrown: unknown): MillraceError =>
    toMillraceError(thrown, 'CODEC_THREW', { stage: name, item: item.id, part: partName, partNumber });
  const start = (): LinkStage => {
    try {
      return link.start(partName);
    } catch (thrown) {
      throw attribute(thrown);
    }
  };
  const told = (returned: unknown): Iterable<O> | AsyncIterable<O> => {
    const made = link.outputs(returned);
    return partName === undefined ? made : withoutParts(made, link.name);
  };
  let stage: LinkStage | undefined = start();
  let isBegun = false;
  try {
    for await (const given of input) {
      try {
        if (isPart(given)) {
          // What came before the first part is nothing, which most codecs would call cut short.
          if (isBegun && stage.end !== undefined) yield* told(stage.end());
          const ended = stage;
          stage = undefined;
          await ended.close?.();
          partName = given.name;
          partNumber = (partNumber ?? 0) + 1;
          stage = start();
          isBegun = true;
          yield given;
          continue;
        }
        isBegun = true;
        const { chunk, place } = isLocated(given) ? given : { chunk: given, place: undefined };
        link.saw(chunk, place);
        const outputs = told(stage.push(chunk, place));
        // In an async generator, yield* waits for each output of an array several times.
        if (Array.isArray(outputs)) for (const output of outputs as O[]) yield output;
        else yield* outputs;
      } catch (thrown) {
        throw attribute(thrown);
      }
    }
    try {
      const outputs = stage.end === undefined ? [] : told(stage.end());
      if (Array.isArray(outputs)) for (const output of outputs as O[]) yield output;
      else yield* outputs;
    } catch (thrown) {
      throw attribute(thrown);
    }
  } finally {
    await stage?.close?.();
  }
}

function assertMayTake({ name, takesDamage }: Parser<unknown, unknown>, place: TextPlace | undefined): void {
  const first = place?.damage?.[0];
  if (first === undefined || takesDamage === true) return;
  throw new MillraceError(first.code, `${first.message} ${name}() cannot reject the record that holds them.`, {
    details: first.details,
  });
}

async function* withoutParts<O>(
  outputs: Iterable<O> | AsyncIterable<O>,
  codec: string,
): AsyncGenerator<O, void, undefined> {
  for await (const output of outputs) {
    if (isPart(output)) throw contract(codec, 'it began a part inside another part');
    yield output;
  }
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
