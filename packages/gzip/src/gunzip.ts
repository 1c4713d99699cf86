import { type Decompressor, MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import { fflateEngine } from '#fflate-engine';
import type { Engine } from './engine.ts';
import { MAX_EMPTY_MEMBERS, MAX_HEADER_BYTES } from './gzip-framing.ts';
import { gunzipStage } from './gunzip-stage.ts';
import { nativeEngine } from './native-engine.ts';

/** Options of {@link gunzip}. */
export interface GunzipOptions {
  /**
   * Decompressed bytes at most per item; beyond it the item fails with `GZIP_TOO_LARGE`.
   * @default 10 GiB (10 * 1024 ** 3)
   */
  readonly maxOutputBytes?: number;
  /**
   * How many times larger than the compressed bytes read so far the output may be; beyond it the item fails with
   * `GZIP_RATIO_EXCEEDED`. Deflate cannot pass 1032, so that 1032 or more switches this limit off.
   * @default 200
   */
  readonly maxRatio?: number;
  /**
   * Decompressed bytes of an item up to which `maxRatio` is not judged: small files may expand as they like.
   * @default 64 MiB (64 * 1024 ** 2)
   */
  readonly ratioFloorBytes?: number;
  /**
   * Bytes of a member's header at most, with the name, the comment and the extra field in it; beyond it the item fails with
   * `GZIP_HEADER_TOO_LONG`.
   * @default 128 KiB (128 * 1024)
   */
  readonly maxHeaderBytes?: number;
  /**
   * Members without data at most per item; beyond it the item fails with `GZIP_EMPTY_MEMBERS`. Other members are not limited:
   * what they cost grows with what they give.
   * @default 10,000
   */
  readonly maxEmptyMembers?: number;
  /**
   * What decompresses: `native` is `node:zlib`; `fflate` is JavaScript and runs anywhere, at a quarter of the speed; `auto`
   * takes `native` where there is one. Both accept and refuse the same files. Bundlers for Node leave `fflate` out.
   * @default 'auto'
   */
  readonly engine?: 'auto' | 'native' | 'fflate';
}

/**
 * Decompresses gzip (RFC 1952): any number of members, zero padding behind the last one allowed. The output comes in
 * chunks of at most 256 KiB, while the input is read.
 *
 * CRC-32 and length of each member are always verified, and so is the header's CRC where there is one; but chunks are
 * handed on before their member's trailer is seen. Memory stays bounded whatever the input.
 *
 * Errors of an item have `details` with `member` (from 1), `memberOffset`, and `offset`: the compressed bytes before the
 * place, or before the piece of at most 64 KiB in which damage showed. Those of limits have `read` and `produced`.
 *
 * - `GZIP_INVALID`: not gzip, or a header that RFC 1952 does not allow
 * - `GZIP_TRUNCATED`: the data ends inside a member, or is empty
 * - `GZIP_CORRUPT`: the compressed data is damaged
 * - `GZIP_CHECKSUM`: CRC-32, length or header CRC differ from the data
 * - `GZIP_TRAILING_DATA`: something other than a member or zeros follows a member
 * - `GZIP_TOO_LARGE`, `GZIP_RATIO_EXCEEDED`, `GZIP_HEADER_TOO_LONG`, `GZIP_EMPTY_MEMBERS`: the item passed a limit
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @throws MillraceError `GZIP_ENGINE_UNAVAILABLE` where `engine` is `native` and there is no `node:zlib`, or where fflate is
 *   needed in a program that was bundled for Node
 */
export function gunzip(options: GunzipOptions = {}): Decompressor {
  checkOptions('gunzip', options, {
    maxOutputBytes: check.optional(check.integer(1)),
    maxRatio: check.optional(check.numeric(1)),
    ratioFloorBytes: check.optional(check.integer(0)),
    maxHeaderBytes: check.optional(check.integer(10)),
    maxEmptyMembers: check.optional(check.integer(0)),
    engine: check.optional(check.oneOf('auto', 'native', 'fflate')),
  });
  // Ten gigabytes are more than a Lambda function can write to one DynamoDB table in its 15 minutes at the default quota
  // (40,000 units a second × 900 s × 300 bytes). A ratio of 200 is far above logs and tables (3 to 50), far below bombs
  // (1000); repetitive test data and sparse exports may pass it, hence the floor, which streams through in a second.
  const limits = Object.freeze({
    maxOutputBytes: options.maxOutputBytes ?? 10 * 1024 ** 3,
    maxRatio: options.maxRatio ?? 200,
    ratioFloorBytes: options.ratioFloorBytes ?? 64 * 1024 ** 2,
    maxHeaderBytes: options.maxHeaderBytes ?? MAX_HEADER_BYTES,
    maxEmptyMembers: options.maxEmptyMembers ?? MAX_EMPTY_MEMBERS,
  });
  const engine = chooseEngine(options.engine ?? 'auto');
  return Object.freeze<Decompressor>({
    kind: 'decompressor',
    name: 'gunzip',
    start: () => gunzipStage(engine, limits),
  });
}

function chooseEngine(wanted: NonNullable<GunzipOptions['engine']>): Engine {
  const native = wanted === 'fflate' ? undefined : nativeEngine();
  if (native !== undefined) return native;
  const fflate = wanted === 'native' ? undefined : fflateEngine();
  if (fflate !== undefined) return fflate;
  if (wanted !== 'native') {
    throw new MillraceError(
      'GZIP_ENGINE_UNAVAILABLE',
      "This program was bundled for Node, where the bundler leaves fflate out: leave the engine to 'auto', and run it on " +
        'Node 22.3 or later, which has node:zlib.',
    );
  }
  throw new MillraceError(
    'GZIP_ENGINE_UNAVAILABLE',
    "There is no node:zlib with crc32 here, which engine 'native' needs (Node 22.3 or later). Leave the engine to 'auto'.",
  );
}
