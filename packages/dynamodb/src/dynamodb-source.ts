import { MillraceError, type Source } from '@millrace/core';
import { check, checkOptions, type Context } from '@millrace/core/plugin';
import { type AnyDynamoDBClient, createClient, lowLevel, type OwnClient } from './client.ts';
import { type DynamodbRetryOptions, retryBudget } from './retry-budget.ts';
import { tableCalls } from './table-calls.ts';
import { itemLine } from './unload/item-line.ts';
import { readPace } from './unload/read-pace.ts';
import { type ScanSettings, scanPages } from './unload/scan-pages.ts';
import { attributesCheck, type Selection, selectionOf, type SelectionOptions, whereCheck } from './unload/selection.ts';
import { spool } from './unload/spool.ts';
import { checkSegment, type TableSegment, segmentsOf, segmentUri } from './unload/table-segment.ts';

export interface DynamodbSourceOptions extends SelectionOptions {
  /** Read what was last written, for twice the read units. @default false */
  readonly consistentRead?: boolean;
  /** Items that one request looks at, at most. @default what fits into DynamoDB's page of 1 MB */
  readonly pageItems?: number;
  /** Read units a second for all segments of this source together, by what DynamoDB charges. @default no limit */
  readonly maxReadUnitsPerSecond?: number;
  /** How long to retry a page. The budget restarts with each page. */
  readonly retry?: DynamodbRetryOptions;
  /** How long one page may take, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  /** Where segments are kept while they are carried, each in a temporary file. @default the system's directory for those */
  readonly directory?: string;
  /** Client to read with. @default one made at first use: region and credentials from the environment */
  readonly client?: AnyDynamoDBClient;
}

/** Reads tables by segments, as lines of DynamoDB JSON. */
export interface DynamodbSource extends Source<TableSegment, Uint8Array> {
  /**
   * References to all segments of a table: what `feed.run` takes, with as many of them at once as `concurrency` says.
   *
   * @throws MillraceError `DYNAMODB_REF_INVALID`
   */
  readonly segments: (query: Omit<TableSegment, 'segment'>) => readonly TableSegment[];
}

/**
 * Makes a source that reads tables. A reference is a segment of a parallel scan; use `parseItems()` as the parser.
 *
 * A table has no versions, and a second scan may return different items. So the source first reads a segment to its end, into
 * a temporary file. This reading is the version, identified by the SHA-256 of its content: an unchanged segment has the same
 * id whenever it is read, and a changed one is another version. It is not a snapshot: items written during a scan may be
 * included or not. For a snapshot, have DynamoDB export the table to S3 and read the export with `parseItems()`.
 *
 * Opening rejects with `DYNAMODB_REF_INVALID`, `DYNAMODB_TABLE_NOT_FOUND`, `DYNAMODB_ACCESS_DENIED`, `DYNAMODB_THROTTLED`,
 * `DYNAMODB_REQUEST_INVALID`, `DYNAMODB_SPOOL_FAILED` and the other codes of DynamoDB's responses. It needs
 * `dynamodb:DescribeTable` and `dynamodb:Scan`. It counts `pages`, `scanned`, `readUnits`, `retries` and `throttles`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const source = dynamodbSource({ where: { feed: 'prices' } });
 * const unload = feed('unload').from(source).through(parseItems()).through(jsonItem()).to(sink);
 * await unload.run(source.segments({ table: 'landing_table', totalSegments: 16 }), { concurrency: 4 });
 */
export function dynamodbSource(options: DynamodbSourceOptions = {}): DynamodbSource {
  checkOptions<DynamodbSourceOptions>('dynamodbSource', options, {
    where: check.optional(whereCheck),
    filter: check.optional(check.object),
    attributes: check.optional(attributesCheck),
    consistentRead: check.optional(check.flag),
    pageItems: check.optional(check.integer(1)),
    maxReadUnitsPerSecond: check.optional(check.numeric(1)),
    retry: check.optional(check.object),
    timeoutMs: check.optional(check.integer(1, 2 ** 31 - 1)),
    directory: check.optional(check.text),
    client: check.optional(check.object),
  });
  const { consistentRead = false, timeoutMs = 60_000, directory } = options;
  const selection = selectionOf(options);
  const budget = retryBudget('dynamodbSource', options.retry);
  const pace = readPace(options.maxReadUnitsPerSecond, options.pageItems);
  let own: OwnClient | undefined;
  const client = () => lowLevel(options.client ?? (own ??= createClient(1)).client);

  return Object.freeze<DynamodbSource>({
    name: 'dynamodb',
    describe: segmentUri,
    // A table may have fewer items than segments.
    mayBeEmpty: true,
    segments: segmentsOf,
    open: async (ref, context) => {
      const { signal } = context;
      signal.throwIfAborted();
      checkSegment(ref);
      const { table, segment = 0, totalSegments = 1 } = ref;
      const arn = await arnOf(ref, lowLevel(client()), context);
      const input = {
        ...selection.input,
        ConsistentRead: consistentRead,
        ...(totalSegments > 1 && { Segment: segment, TotalSegments: totalSegments }),
      };
      const settings = { client: client(), table, input, pace, budget, timeoutMs, context };
      const { size, digest, chunks, close } = await spool(linesOf(settings, selection), directory);
      const uri = segmentUri(ref);
      const place = segmentUri({ table: arn, segment, totalSegments });
      return Object.freeze({
        origin: { id: `${place}${totalSegments === 1 ? '?' : '&'}sha256=${digest}`, uri, etag: digest, size },
        versionTag: digest,
        chunks: ({ signal: stop }: Context) => chunks(stop),
        close,
      });
    },
    close: () => {
      own?.client.destroy();
      own = undefined;
    },
  });
}

/** One text a page: its items, line by line. */
async function* linesOf(settings: ScanSettings, { trim }: Selection): AsyncGenerator<string, void, undefined> {
  for await (const { Items = [] } of scanPages(settings)) yield Items.map((item) => itemLine(trim(item))).join('');
}

/** Names the table among those of all accounts and regions. */
async function arnOf({ table }: TableSegment, client: ScanSettings['client'], { signal }: Context): Promise<string> {
  try {
    const description = await tableCalls(client, table, signal).describe();
    if (description !== undefined) return description.TableArn ?? table;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  const text = `There is no table ${table} in this account and region.`;
  throw new MillraceError('DYNAMODB_TABLE_NOT_FOUND', text, { details: { table } });
}
