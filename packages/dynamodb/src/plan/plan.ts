import { type Feed, MillraceError, type RunReport, type Sink, withSink } from '@millrace/core';
import { type Entry, type Refusal, refusalOf } from '@millrace/core/plugin';
import { prepare } from '../prepare.ts';
import { settingsOf, type SinkSettings } from '../sink-settings.ts';
import { exampleKeeper, type PlannedRejections } from './examples.ts';
import { type Layout, type LayoutName, layoutOf } from './layout.ts';
import { planOptions, type PlanOptions, STRETCH } from './plan-options.ts';
import type { DynamodbPrices } from './prices.ts';
import type { Estimate } from './ratio-estimate.ts';
import { Scale } from './scale.ts';
import { type ItemSizes, SizeHistogram } from './size-histogram.ts';

const GB = 1e9;
/** What DynamoDB bills for storing an item, beside its size. Source: developer guide, "DynamoDB item sizes and formats". */
const STORED_BYTES_AN_ITEM = 100;

/** What one way to land the records would take. */
export interface PlannedLayout extends LayoutName {
  /** Whether the feed's sink lands them so. */
  readonly current: boolean;
  readonly items: number;
  readonly writeUnits: Estimate;
  readonly storedBytes: number;
  /** How long the table takes, at `unitsPerSecond`. */
  readonly seconds: number;
  readonly writePrice: number;
  readonly storagePriceMonth: number;
}

/** What carrying the objects would do and cost. Plain data. */
export interface Plan {
  readonly feed: string;
  readonly objects: number;
  /** `written` is estimated where the sink would refuse some. */
  readonly records: { readonly read: number; readonly dropped: number; readonly written: number };
  /** By stage and reason, the most frequent first. Those of the sink are of the measured records only. */
  readonly rejections: readonly PlannedRejections[];
  /** Records that were measured. */
  readonly measured: number;
  /** Sizes of items of one record each, of the measured records; absent where there are none. */
  readonly itemBytes: ItemSizes | undefined;
  readonly layouts: readonly PlannedLayout[];
  /** DynamoDB's own import from S3, which charges uncompressed bytes. */
  readonly importFromS3: { readonly bytes: number; readonly price: number };
  /** How long this process took to read, transform and measure. */
  readonly seconds: number;
  readonly prices: DynamodbPrices;
  /** Every object's outcome. Of one that failed, what was read before is in the figures. */
  readonly report: RunReport;
}

/**
 * Processes objects through the whole feed without writing, and estimates what a run would do and cost: records, rejections
 * and item sizes; write units, storage and price, both as the feed writes them and packed. `planTable` formats the result.
 * It reads every given object completely, so pass a sample if there are many.
 *
 * The code that writes items also makes and sizes them here, and each estimate has a margin of error. It does not include
 * overwriting larger items, indexes and replicas, which DynamoDB charges as well; or S3 and Lambda, which cost far less.
 *
 * @throws MillraceError `DYNAMODB_PLAN_SINK` if the feed does not end in a `dynamodbSink`; `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const planned = await plan(prices, s3Source().list({ bucket: 'landing', prefix: 'prices/' }));
 * console.log(planTable(planned));
 */
export async function plan<Ref>(
  feed: Feed<Ref>,
  refs: Iterable<Ref> | AsyncIterable<Ref>,
  options: PlanOptions = {},
): Promise<Plan> {
  const { sample, packs, compress, prices, unitsPerSecond, concurrency } = planOptions(options);
  const settings = settingsOf(feed);
  if (settings === undefined) {
    const text = `Feed ${feed.name} ends in ${feed.stages.sink.name}; a plan is for feeds that end in dynamodbSink.`;
    throw new MillraceError('DYNAMODB_PLAN_SINK', text);
  }
  const own = layoutOf(settings, settings.pack);
  const others = [undefined, ...packs.map((records) => ({ ...settings.pack, records, compress }))];
  const listed = others.map((pack) => layoutOf(settings, pack));
  const layouts = listed.some(({ name }) => isSame(name, own.name)) ? listed : [...listed, own];
  const scale = new Scale(layouts.length, sample);
  const sizes = new SizeHistogram();
  const examples = exampleKeeper();

  const started = performance.now();
  const report = await withSink(feed, scales(settings, layouts, scale, sizes)).run(refs, {
    concurrency,
    quarantine: examples.quarantine,
    maxRejections: { count: Number.MAX_SAFE_INTEGER, share: 1 },
    onFailure: 'report',
    ...(options.signal && { signal: options.signal }),
  });
  const seconds = (performance.now() - started) / 1000;

  const { read, dropped, bytesDecoded } = report.totals;
  return {
    feed: feed.name,
    objects: Object.values(report.items).reduce((sum, count) => sum + count, 0),
    records: { read, dropped, written: scale.accepted },
    rejections: examples.found(),
    measured: scale.measured,
    itemBytes: sizes.sizes(),
    layouts: layouts.map(({ name }, index): PlannedLayout => {
      const { items, bytes, units } = scale.totals(index);
      const storedBytes = bytes + items * STORED_BYTES_AN_ITEM;
      return {
        ...name,
        current: isSame(name, own.name),
        items: Math.round(items),
        writeUnits: units,
        storedBytes: Math.round(storedBytes),
        seconds: units.value / unitsPerSecond,
        writePrice: (units.value / 1e6) * prices.millionWriteUnits,
        storagePriceMonth: (storedBytes / GB) * prices.storageGbMonth,
      };
    }),
    importFromS3: { bytes: bytesDecoded, price: (bytesDecoded / GB) * prices.importGb },
    seconds,
    prices,
    report,
  };
}

/** A sink that measures some of what it gets, refuses of it what would be refused, and writes nothing. */
function scales(
  { keys, allowUnsafe }: SinkSettings,
  layouts: readonly Layout[],
  scale: Scale,
  sizes: SizeHistogram,
): Sink<unknown> {
  return {
    name: 'dynamodb',
    limits: { count: 10 * STRETCH },
    group: STRETCH,
    writeSingly: async () => {},
    write: async (entries, context) => {
      const refusals: Refusal[] = [];
      for (const { start, stretch } of stretchesOf(entries)) {
        if (!scale.takes(stretch.length)) continue;
        const before = refusals.length;
        prepare(stretch, { ...keys, allowUnsafe }, (position, error) => {
          refusals.push(refusalOf(start + position, error));
        });
        const landed = await Promise.all(layouts.map((layout) => layout.land(stretch, context)));
        for (const bytes of landed[0]!.items) sizes.add(bytes);
        scale.add(stretch.length, refusals.length - before, landed);
      }
      return refusals;
    },
  };
}

/** Cuts a write between its groups of ordinals. */
function* stretchesOf(
  entries: readonly Entry<unknown>[],
): Generator<{ readonly start: number; readonly stretch: readonly Entry<unknown>[] }> {
  for (let start = 0, end = 0; start < entries.length; start = end) {
    const group = Math.floor(entries[start]!.ordinal / STRETCH);
    while (end < entries.length && Math.floor(entries[end]!.ordinal / STRETCH) === group) end += 1;
    yield { start, stretch: entries.slice(start, end) };
  }
}

function isSame(left: LayoutName, right: LayoutName): boolean {
  return left.records === right.records && left.compress === right.compress;
}
