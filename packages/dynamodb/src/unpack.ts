import { MillraceError } from '@millrace/core';
import { landingPlace, namesIn } from '@millrace/core/plugin';
import { DEFAULT_NAMES, LAYOUT_VERSION, PACK_ATTRIBUTES } from './pack/layout.ts';
import { fromBase64 } from './unpack/base64.ts';
import { type Decompress, decompressed } from './unpack/decompress.ts';
import { exactNumber, type MakeExactNumber } from './unpack/numbers.ts';
import { type LineRecord, packLines } from './unpack/pack-lines.ts';
import { PackProblem } from './unpack/pack-problem.ts';
import { plainItem } from './unpack/plain-item.ts';
import { kindOfError, withoutMessage } from './without-message.ts';

export interface UnpackOptions {
  /**
   * What becomes of a number that no JavaScript number holds, given as text, such as `NumberValue.from` of
   * `@aws-sdk/lib-dynamodb`. @default a bigint where it is whole, else an object with `toAttributeValue` and `toString`
   */
  readonly exactNumber?: MakeExactNumber;
  /** Decompresses in the place of the platform, which needs it for `zstd` in browsers and in Node before 22.15. */
  readonly decompress?: Decompress;
}

type Attributes = Readonly<Record<string, unknown>>;

/** Whether an item, plain or as attribute values, holds packed records, and is not a record itself. */
export function isPack(item: object): boolean {
  const { version, encoding, space, records } = PACK_ATTRIBUTES;
  return [version, encoding, space, records].every((name) => Object.hasOwn(item, name));
}

/**
 * The records of an item that `dynamodbSink` with `pack` has written, as if each had been landed as an item of its own:
 * with its uuid, `upload_date`, feed, source, `source_version` and ordinal. An item that is no pack is one record: so a table that holds both
 * is read with this alone.
 *
 * It imports no library and runs in Node and in browsers. Plain values come out, whether the item is plain, as the document
 * client answers it, or holds attribute values, as the low-level client, a stream or an export has them.
 *
 * @throws MillraceError `UNPACK_VERSION_UNKNOWN`, `UNPACK_ENCODING_UNSUPPORTED` or `UNPACK_DAMAGED`
 */
export async function* unpack<T extends object = Attributes>(
  item: object,
  options: UnpackOptions = {},
): AsyncGenerator<T, void, undefined> {
  const plain = plainItem(item, options.exactNumber ?? exactNumber);
  if (!isPack(plain)) {
    yield plain as T;
    return;
  }
  const names = { ...DEFAULT_NAMES, ...(plain[PACK_ATTRIBUTES.names] as Partial<typeof DEFAULT_NAMES> | undefined) };
  const space = String(plain[PACK_ATTRIBUTES.space]);
  const uuidOf = namesIn(space);
  const version = space.replaceAll('-', '');
  const flat = plain[PACK_ATTRIBUTES.flat] === true;
  for (const { ordinal, branch, value } of await recordsOf(plain, options)) {
    yield {
      [names.uuid]: uuidOf(landingPlace(ordinal, branch)),
      [names.upload_date]: plain[names.upload_date],
      [names.feed]: plain[names.feed],
      [names.source]: plain[names.source],
      [names.source_version]: version,
      [names.ordinal]: ordinal,
      ...(branch !== '' && { [names.branch]: branch }),
      ...(flat ? (value as object) : { [names.record]: value }),
    } as unknown as T;
  }
}

/** All of a pack's records, so that one that is damaged gives none. */
async function recordsOf(pack: Attributes, options: UnpackOptions): Promise<readonly LineRecord[]> {
  const version = wholeNumber(pack[PACK_ATTRIBUTES.version]);
  if (version !== LAYOUT_VERSION) throw unknownVersion(version);
  const encoding = String(pack[PACK_ATTRIBUTES.encoding]);
  try {
    const text = await decompressed(bytesOf(pack[PACK_ATTRIBUTES.records]), encoding, options.decompress);
    const first = wholeNumber(pack[PACK_ATTRIBUTES.first]);
    const records = [...packLines(text, first, options.exactNumber ?? exactNumber)];
    const count = wholeNumber(pack[PACK_ATTRIBUTES.count]);
    if (records.length !== count) throw new PackProblem(`it holds ${records.length} records, and says ${count}`);
    return records;
  } catch (thrown) {
    if (thrown instanceof MillraceError) throw thrown;
    const reason = thrown instanceof PackProblem ? thrown.message : `reading it threw ${kindOfError(thrown)}`;
    throw new MillraceError('UNPACK_DAMAGED', `The pack cannot be read, so it is not as it was written: ${reason}.`, {
      cause: withoutMessage(thrown),
    });
  }
}

/** A number of the pack, however its reader shows numbers. */
function wholeNumber(value: unknown): number {
  const exact = value as { readonly toAttributeValue?: () => { readonly N: string } } | undefined;
  return Number(typeof value === 'object' ? exact?.toAttributeValue?.().N : value);
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return fromBase64(value);
  throw new PackProblem('its records are not binary');
}

function unknownVersion(version: number): MillraceError {
  return new MillraceError(
    'UNPACK_VERSION_UNKNOWN',
    `The pack has layout ${version}, and this reader knows ${LAYOUT_VERSION}. Use a newer @millrace/dynamodb.`,
    { details: { version } },
  );
}
