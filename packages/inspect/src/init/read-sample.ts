import {
  type Each,
  type FeedDecoder,
  type FeedParser,
  feed,
  filter,
  map,
  type RangeParser,
  type Rejection,
} from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { parseCsv, parseFixedWidth, parseJson, parseJsonSeq, parseLines, parseNdjson } from '@millrace/formats';
import { decompress } from '@millrace/gzip';
import { bzip2 } from '@millrace/gzip/bzip2';
import { tar } from '@millrace/gzip/tar';
import { zip } from '@millrace/gzip/zip';
import { parseParquet } from '@millrace/parquet';
import { memorySink, memorySource } from '@millrace/testkit';
import { parseXlsx } from '@millrace/xlsx';
import { parseXml } from '@millrace/xml';
import { evaluated } from './code.ts';
import { withLineFeeds } from './with-line-feeds.ts';
import type { PlannedStage, StageName } from './plan-stages.ts';

/** What the planned stages make of the sample. */
export interface ReadSample {
  readonly outcome: string;
  readonly read: number;
  readonly rejections: Readonly<Record<string, number>>;
  /** The first records. */
  readonly records: readonly unknown[];
}

/** How a sample is run, here and in the project: whatever its records are, all are read. */
const SAMPLE_RUN = {
  maxRejections: { count: 1_000_000, share: 1 },
  allRejected: 'accept',
  expect: { records: { min: 0 } },
} as const;

/** Records that a golden file holds. */
const GOLDEN_RECORDS = 20;

type AnyStage = FeedDecoder | FeedParser | RangeParser<unknown> | Each<unknown, unknown>;

/** Runs the planned stages over the sample in memory, as the project's test will. */
export async function readSample(
  stages: readonly PlannedStage[],
  sample: Uint8Array,
  name: string,
): Promise<ReadSample> {
  const sink = memorySink<unknown>({ limits: { count: 1000 } });
  const source = memorySource({ objects: { [name]: [sample] } });
  let flow: { readonly through: (stage: never) => unknown; readonly to?: (to: typeof sink) => RunsFeed } =
    feed('sample').from(source);
  for (const stage of stages) flow = flow.through(makeStage(stage) as never) as typeof flow;
  const report = await flow.to!(sink).run([{ name }], {
    quarantine: memorySink<Rejection>({ name: 'rejected' }),
    ...SAMPLE_RUN,
  });
  const [item] = report.reports;
  return {
    outcome: report.outcome,
    read: report.totals.read,
    rejections: item?.rejections ?? {},
    records: sink.values().slice(0, GOLDEN_RECORDS),
  };
}

interface RunsFeed {
  readonly run: (refs: readonly object[], options: object) => Promise<import('@millrace/core').RunReport>;
}

function makeStage({ call, arguments: given, within }: PlannedStage): AnyStage {
  const [first] = evaluated(given) as readonly unknown[];
  if (call === 'decompress') {
    const makers = { bzip2, tar, zip };
    const { formats, ...rest } = first as { readonly formats?: readonly (keyof typeof makers)[] };
    return decompress({ ...rest, ...(formats !== undefined && { formats: formats.map((name) => makers[name]()) }) });
  }
  if (within === 'withLineFeeds') return withLineFeeds(decodeText(first as string));
  return (MAKERS[call] as (argument: unknown) => AnyStage)(first);
}

const MAKERS: Readonly<Record<Exclude<StageName, 'decompress'>, unknown>> = {
  decodeText,
  parseCsv,
  parseNdjson,
  parseJson,
  parseJsonSeq,
  parseXml,
  parseFixedWidth,
  parseLines,
  parseParquet,
  parseXlsx,
  filter,
  map,
};
