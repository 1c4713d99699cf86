import { type Block, block, isBlock } from '../../block.ts';
import type { Codec, CodecStage, Emits, Produced } from '../../codec.ts';
import type { CodecContext } from '../../context.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import { isPart, type Part } from '../../part.ts';
import { isLocated, type TextPlace } from '../../text-place.ts';

/** Records that a codec yields one by one are handed on in blocks of at most this many. */
const BLOCK_RECORDS = 256;

/** Called for each chunk that enters a codec; `index` is the codec's place in the feed. */
export type ChunkObserver = (index: number, chunk: unknown) => void;

/**
 * Sends an item's chunks through its codecs, from number `first` on; the last one's output comes in blocks of records, with
 * a marker before those of each part. While a block is being worked on, the codecs before the last already prepare the next
 * chunk.
 */
export function codecChain(
  chunks: AsyncIterable<unknown>,
  codecs: readonly Codec<unknown, unknown, Emits>[],
  contextOf: (index: number, part?: string) => CodecContext,
  sawChunk: ChunkObserver,
  first = 0,
): AsyncIterable<Block<unknown> | Part> {
  const last = codecs.length - 1;
  const contextAt = (index: number) => (part?: string) => contextOf(index, part);
  let input = chunks;
  for (let index = first; index < last; index++) {
    input = throughCodec(input, codecs[index]!, contextAt(index), (chunk) => sawChunk(index, chunk), eachChunk);
  }
  return throughCodec(oneAhead(input), codecs[last]!, contextAt(last), (chunk) => sawChunk(last, chunk), eachBlock);
}

async function* throughCodec<O>(
  input: AsyncIterable<unknown>,
  codec: Codec<unknown, unknown, Emits>,
  contextOf: (part?: string) => CodecContext,
  saw: (chunk: unknown) => void,
  outputs: (produced: Produced<unknown>, codec: string) => Iterable<O> | AsyncIterable<O>,
): AsyncGenerator<O | Part, void, undefined> {
  const { stage: name, item } = contextOf();
  let partName: string | undefined;
  let partNumber: number | undefined;
  const attribute = (thrown: unknown): MillraceError =>
    toMillraceError(thrown, 'CODEC_THREW', { stage: name, item: item.id, part: partName, partNumber });
  const start = (): CodecStage<unknown, unknown> => {
    try {
      return codec.start(contextOf(partName));
    } catch (thrown) {
      throw attribute(thrown);
    }
  };
  const told = (produced: Produced<unknown>): Iterable<O> | AsyncIterable<O> => {
    const made = outputs(produced, codec.name);
    return partName === undefined ? made : withoutParts(made, codec.name);
  };
  let stage: CodecStage<unknown, unknown> | undefined = start();
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
        saw(chunk);
        assertMayTake(codec, place);
        yield* told(stage.push(chunk, place));
      } catch (thrown) {
        throw attribute(thrown);
      }
    }
    try {
      if (stage.end !== undefined) yield* told(stage.end());
    } catch (thrown) {
      throw attribute(thrown);
    }
  } finally {
    await stage?.close?.();
  }
}

function assertMayTake({ name, takesDamage }: Codec<unknown, unknown, Emits>, place: TextPlace | undefined): void {
  const first = place?.damage?.[0];
  if (first === undefined || takesDamage === true) return;
  throw new MillraceError(first.code, `${first.message} Codec ${name} cannot reject the record that holds them.`, {
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

export function eachChunk(produced: Produced<unknown>, codec: string): Iterable<unknown> | AsyncIterable<unknown> {
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
