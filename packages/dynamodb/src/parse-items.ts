import { decimal, MillraceError, type Parser } from '@millrace/core';
import {
  block,
  type Block,
  check,
  checkOptions,
  type ParserContext,
  type Rejected,
  type RejectedRecord,
  signatureOf,
} from '@millrace/core/plugin';
import { ItemLines, type TextLine } from './unload/item-lines.ts';
import { isPack, unpack, type UnpackOptions } from './unpack.ts';
import { exactNumber as wholeOrExact } from './unpack/numbers.ts';
import { PackProblem } from './unpack/pack-problem.ts';
import { plainItem } from './unpack/plain-item.ts';
import { kindOfError, withoutMessage } from './without-message.ts';
import { withBinary } from './attribute-values.ts';

export interface ParseItemsOptions extends Omit<UnpackOptions, 'exactNumber'> {
  /**
   * What becomes of a number that no JavaScript number holds, given as text, such as `NumberValue.from` of
   * `@aws-sdk/lib-dynamodb`. @default a bigint where it is whole, else a `Decimal`
   */
  readonly exactNumber?: (text: string) => unknown;
  /** Bytes of a line at most; no item of DynamoDB comes near it. @default 33554432 */
  readonly maxLineBytes?: number;
}

/** A record of a single item, or an unchanged pack. */
type Parsed<T> = { readonly record: T } | { readonly pack: object } | { readonly rejected: RejectedRecord };

/**
 * Parses items in DynamoDB JSON, one per line, as `dynamodbSource` reads them and as DynamoDB exports tables to S3. Records
 * have plain values: sets are `Set`, binary is `Uint8Array`, and numbers that a JavaScript number cannot hold are converted by
 * `exactNumber`.
 *
 * Packs are split: each of their records has its uuid and its ordinal in the original object, as if it were a single item.
 *
 * Rejections: `DYNAMODB_LINE_INVALID`; for a pack `UNPACK_DAMAGED`, `UNPACK_VERSION_UNKNOWN` and `UNPACK_ENCODING_UNSUPPORTED`.
 * The object fails with `DYNAMODB_LINE_TOO_LONG`, or with `DYNAMODB_LINES_TRUNCATED` if the last line is incomplete.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * // Reads an export to S3:
 * feed('export').from(s3Source()).through(gunzip()).through(parseItems()).through(jsonItem()).to(sink);
 */
export function parseItems<T extends object = Readonly<Record<string, unknown>>>(
  options: ParseItemsOptions = {},
): Parser<Uint8Array, T> {
  checkOptions<ParseItemsOptions>('parseItems', options, {
    exactNumber: check.optional(check.callback),
    decompress: check.optional(check.callback),
    maxLineBytes: check.optional(check.integer(1)),
  });
  const { exactNumber = wholeOrDecimal, decompress, maxLineBytes = 32 * 2 ** 20 } = options;
  const unpacking: UnpackOptions = { exactNumber, ...(decompress && { decompress }) };

  const parse = ({ text, line, damaged }: TextLine): Parsed<T> => {
    try {
      if (damaged !== undefined) throw new PackProblem('it is not UTF-8');
      const { Item: item } = JSON.parse(text) as { readonly Item?: unknown };
      if (typeof item !== 'object' || item === null) throw new PackProblem('it has no Item');
      const values = withBinary(item);
      if (isPack(values)) return { pack: values };
      const record = plainItem(values, exactNumber);
      if (record === values && Object.keys(values).length > 0)
        throw new PackProblem('its Item is not in DynamoDB JSON');
      return { record: record as T };
    } catch (thrown) {
      const message = `Line ${line} is not an item of DynamoDB: ${reasonOf(thrown)}.`;
      const cause = withoutMessage(thrown);
      return { rejected: { code: 'DYNAMODB_LINE_INVALID', message, raw: damaged ?? text, line, cause } };
    }
  };

  /** Records of the items between two packs are one block, and those of a pack are another. */
  async function* records(lines: Iterable<TextLine>, reject: ParserContext['reject']): AsyncGenerator<Block<T>> {
    let open: (T | Rejected)[] = [];
    let places: TextLine[] = [];
    const take = (): Block<T> => {
      const at = places;
      const taken = block<T>(open, (index) => ({ raw: at[index]!.text, line: at[index]!.line }));
      open = [];
      places = [];
      return taken;
    };
    for (const line of lines) {
      const parsed = parse(line);
      if ('pack' in parsed) {
        if (open.length > 0) yield take();
        yield await unpacked(parsed.pack, line, reject);
        continue;
      }
      open.push('rejected' in parsed ? reject(parsed.rejected) : parsed.record);
      places.push(line);
    }
    if (open.length > 0) yield take();
  }

  /** A pack that cannot be read is one rejection: how many records it held is not known. */
  const unpacked = async (
    pack: object,
    { text, line }: TextLine,
    reject: ParserContext['reject'],
  ): Promise<Block<T>> => {
    const found: T[] = [];
    try {
      for await (const record of unpack<T>(pack, unpacking)) found.push(record);
    } catch (cause) {
      const { code, message } = cause as MillraceError;
      return block<T>([reject({ code, message, raw: text, line, cause })]);
    }
    return block<T>(found, () => ({ line }));
  };

  return Object.freeze<Parser<Uint8Array, T>>({
    kind: 'parser',
    name: 'parseItems',
    signature: signatureOf(options),
    start: ({ reject }) => {
      const lines = new ItemLines(maxLineBytes);
      return {
        push: (chunk) => records(lines.push(chunk), reject),
        end: () => records(lines.end(), reject),
      };
    },
    reparse: ({ raw }) => {
      if (typeof raw !== 'string') throw noReplay('Nothing is kept of the text of a record that was in a pack.');
      const parsed = parse({ text: raw, line: 1 });
      if ('record' in parsed) return parsed.record;
      if ('pack' in parsed) throw noReplay('A pack holds several records. Mend it in the table, and read it again.');
      throw new MillraceError(parsed.rejected.code, parsed.rejected.message, { cause: parsed.rejected.cause });
    },
  });
}

/** Messages of others may quote the line. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof PackProblem) return thrown.message;
  return thrown instanceof SyntaxError ? 'it is not valid JSON' : `reading it threw ${kindOfError(thrown)}`;
}

function wholeOrDecimal(text: string): unknown {
  const number = wholeOrExact(text);
  return typeof number === 'bigint' ? number : decimal(text);
}

function noReplay(message: string): MillraceError {
  return new MillraceError('REPLAY_IMPOSSIBLE', message);
}
