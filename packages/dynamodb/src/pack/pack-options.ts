import { MillraceError } from '@millrace/core';
import { check, checkOptions, type LandingNames, landingNames } from '@millrace/core/plugin';
import type { KeyNames } from '../key-identity.ts';
import { MAX_ITEM_BYTES } from '../limits.ts';
import { type Compress, compressor } from './compress.ts';
import { PACK_ATTRIBUTES, type PackEncoding } from './layout.ts';

/** How adjacent records of an object share an item. */
export interface PackOptions {
  /** Ordinals of a pack: records 0 to 99 share an item, 100 to 199 the next. @default 100 */
  readonly records?: number;
  /**
   * Bytes of a pack at most, before it is compressed, 409,600 at most. A larger one is halved by ordinals until each part
   * fits; a record that fits into no pack is landed as an item of its own. @default 409600
   */
  readonly maxItemBytes?: number;
  /** `deflate-raw` is read everywhere; `zstd` needs Node 22.15 to write; `none` is for readers that cannot inflate. @default 'deflate-raw' */
  readonly compress?: PackEncoding;
  /** The names that `landingItem` was given, where it was. @default those of landingItem */
  readonly names?: Partial<LandingNames>;
}

/** Checked options, with what they stand for. */
export interface Packing {
  readonly records: number;
  readonly maxItemBytes: number;
  readonly encoding: PackEncoding;
  readonly compress: Compress;
  readonly names: LandingNames;
}

/** Too small for the attributes of a pack and one record of any use. */
const LEAST_ITEM_BYTES = 1024;

const MAX_RECORDS = 10_000;

/** @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function checkPack(options: PackOptions): void {
  checkOptions('packed', options, {
    records: check.optional(check.integer(2, MAX_RECORDS)),
    maxItemBytes: check.optional(check.integer(LEAST_ITEM_BYTES, MAX_ITEM_BYTES)),
    compress: check.optional(check.oneOf('deflate-raw', 'zstd', 'none')),
    names: check.optional(check.object),
  });
}

/**
 * @param options checked ones
 * @throws MillraceError `OPTION_INVALID` where the sink's keys or the names do not go with it; `DYNAMODB_ZSTD_MISSING`
 */
export function packing(options: PackOptions, { partitionKey, sortKey }: KeyNames): Packing {
  const { records = 100, maxItemBytes = MAX_ITEM_BYTES, compress: encoding = 'deflate-raw' } = options;
  const names = landingNames('landingItem', options.names);
  const { uuid, upload_date, feed, source } = names;
  if (partitionKey !== uuid) {
    throw invalid(
      `the partition key must be the uuid of landingItem, ${quoted(uuid)}, but it is ${quoted(partitionKey)}`,
    );
  }
  if (sortKey !== undefined && ![upload_date, feed, source].includes(sortKey)) {
    throw invalid(
      `the sort key must be what all records of an object share (${upload_date}, ${feed}, ${source}), but it is ${quoted(sortKey)}`,
    );
  }
  const own: readonly string[] = Object.values(PACK_ATTRIBUTES);
  const taken = [uuid, upload_date, feed, source].find((name) => own.includes(name));
  if (taken !== undefined) throw invalid(`a pack has an attribute ${quoted(taken)} of its own; use another name`);
  return { records, maxItemBytes, encoding, compress: compressor(encoding), names };
}

function invalid(problem: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `packed: ${problem}.`, {
    details: { owner: 'packed', option: 'names' },
  });
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
