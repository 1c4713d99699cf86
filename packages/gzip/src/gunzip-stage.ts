import { MillraceError } from '@millrace/core';
import type { DecompressorStage } from '@millrace/core/plugin';
import { type Engine, type Inflater, OUTPUT_BYTES } from './engine.ts';
import { type ByteReader, type Fail, readHeader, readTrailer, trailingData } from './gzip-framing.ts';
import { FOREIGN_HEAD_LENGTH, foreignFormat } from './foreign-format.ts';
import { joined } from './join-small.ts';
import { limitPassed, type OutputLimits } from './output-limits.ts';

/** What the next byte belongs to. After a member comes a gap: another member, zero padding, or the end. */
type Part = 'header' | 'data' | 'trailer' | 'gap' | 'padding';

/** A member's data goes to the engine in pieces of this size, so that its ratio is judged by what was really read. */
const PIECE_BYTES = 64 * 1024;

/** Members after which timers and signals get their turn; they take some milliseconds. */
const MEMBERS_A_TURN = 256;

/** What gzip begins with (RFC 1952, section 2.3.1). */
const MAGIC: readonly number[] = [0x1f, 0x8b];

/** Limits on one item; see `GunzipOptions`. */
export interface GunzipLimits extends OutputLimits {
  readonly maxHeaderBytes: number;
  readonly maxEmptyMembers: number;
}

/**
 * Reads the members of one item: the framing is read here, the deflate streams by an engine. So every check is made once,
 * for all engines alike, and by bytes whose positions are known.
 */
export function gunzipStage(engine: Engine, limits: GunzipLimits): DecompressorStage {
  let received = 0;
  let produced = 0;
  let closed = false;

  let member = 0;
  let emptyMembers = 0;
  let memberOffset = 0;
  let part: Part = 'header';
  /** Compressed bytes before the byte or piece at hand. */
  let offset = 0;
  let framing: ByteReader<void> = startMember(0);
  let inflater: Inflater | undefined;
  /** Whether the input at hand ends as a small member does. */
  let endsSmall = false;
  /** The first bytes of data that is not gzip, until there are enough to say what it is. */
  let foreign: readonly number[] | undefined;
  let crc = 0;
  let length = 0;

  function startMember(at: number): ByteReader<void> {
    member++;
    memberOffset = at;
    part = 'header';
    return begun(readHeader(limits.maxHeaderBytes, fail));
  }

  function fail(code: string, message: string, details?: Parameters<Fail>[2], cause?: unknown): MillraceError {
    return new MillraceError(code, message, { cause, details: { offset, member, memberOffset, ...details } });
  }

  function corrupt(cause: unknown): MillraceError {
    return fail(
      'GZIP_CORRUPT',
      'The compressed data of a gzip member is damaged. Ask the sender for a new copy.',
      {},
      cause,
    );
  }

  function tooManyEmpty(): MillraceError {
    const { maxEmptyMembers } = limits;
    const what = `More than ${maxEmptyMembers} members of the gzip data are empty. Raise maxEmptyMembers if that is right.`;
    return fail('GZIP_EMPTY_MEMBERS', what, { maxEmptyMembers });
  }

  function notGzip(head: readonly number[]): MillraceError {
    offset = 0;
    return fail('GZIP_INVALID', foreignFormat(Uint8Array.from(head)));
  }

  /** Takes one byte of framing. */
  function step(byte: number): void {
    if (part === 'gap' && byte !== 0) framing = startMember(offset);
    switch (part) {
      case 'header':
        if (framing.next(byte).done !== true) return;
        part = 'data';
        inflater = engine.inflater(corrupt, endsSmall || (member > 1 && length <= OUTPUT_BYTES));
        crc = 0;
        length = 0;
        return;
      case 'trailer':
        if (framing.next(byte).done !== true) return;
        part = 'gap';
        if (length > 0) return;
        emptyMembers += 1;
        if (emptyMembers > limits.maxEmptyMembers) throw tooManyEmpty();
        return;
      case 'gap':
      case 'padding':
        if (byte !== 0) throw trailingData(fail);
        part = 'padding';
        return;
      case 'data':
    }
  }

  /** Takes what follows in the stream of a member, and answers how much of it lies behind the stream's end. */
  async function* inflate(piece: Uint8Array, stream: Inflater): AsyncGenerator<Uint8Array, number, undefined> {
    for await (const output of stream.inflate(piece)) {
      produced += output.length;
      const passed = limitPassed(limits, produced, offset + piece.length);
      if (passed !== undefined) throw passed;
      length += output.length;
      crc = engine.crc32(output, crc);
      yield output;
      if (closed) return 0;
    }
    const unused = stream.unused();
    if (unused === undefined) return 0;
    stream.close();
    part = 'trailer';
    framing = begun(readTrailer(crc, length, fail));
    return unused;
  }

  async function* outputs(input: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    const before = received;
    received += input.length;
    endsSmall = mayEndSmallMember(input);
    for (let at = 0; at < input.length && !closed;) {
      offset = before + at;
      if (foreign !== undefined || (offset < MAGIC.length && input[at] !== MAGIC[offset])) {
        foreign = [...(foreign ?? MAGIC.slice(0, offset)), ...input.subarray(at, at + FOREIGN_HEAD_LENGTH)];
        if (foreign.length >= FOREIGN_HEAD_LENGTH) throw notGzip(foreign.slice(0, FOREIGN_HEAD_LENGTH));
        return;
      }
      if (part === 'data') {
        // Members that are decompressed at once leave the process no turn: a chunk may hold a hundred thousand of them.
        if (member % MEMBERS_A_TURN === 0) await turn();
        const piece = input.subarray(at, at + PIECE_BYTES);
        at += piece.length - (yield* inflate(piece, inflater!));
      } else {
        step(input[at++]!);
      }
    }
  }

  return {
    push: (input) => joined(outputs(input)),
    end: () => {
      offset = received;
      if (foreign !== undefined) throw notGzip(foreign);
      if (part === 'gap' || part === 'padding') return [];
      throw fail(
        'GZIP_TRUNCATED',
        received === 0 ? EMPTY : `The gzip data ends inside the ${part} of a member. ${RESEND}`,
      );
    },
    close: () => {
      closed = true;
      inflater?.close();
    },
  };
}

/**
 * Whether the last four bytes are the length of a small member (RFC 1952, section 2.3.1), as they are if the input is a whole small
 * file. Compressed data looks like that once in 16,000 times.
 */
function mayEndSmallMember(input: Uint8Array): boolean {
  const { length } = input;
  if (length < MIN_MEMBER_BYTES || length > PIECE_BYTES) return false;
  return new DataView(input.buffer, input.byteOffset + length - 4).getUint32(0, true) <= OUTPUT_BYTES;
}

/** A header of 10 bytes, a trailer of 8 and an empty deflate stream of 2. */
const MIN_MEMBER_BYTES = 20;

const EMPTY = 'The item is empty; even an empty file has 20 bytes as gzip. The upload may have failed.';
const RESEND = 'The file is incomplete. Ask the sender for a new copy.';

/** Lets timers, signals and sockets have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 0));
}

/** Generators run up to their first `yield` before they can take a byte. */
function begun<T>(reader: ByteReader<T>): ByteReader<T> {
  reader.next();
  return reader;
}
