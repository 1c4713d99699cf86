import type { Job, OpenCarrier } from '../carrier.ts';

/** An S3 event, as far as a handler by hand looks at it. */
export interface ObjectEvent {
  readonly Records: readonly { readonly s3: { readonly object: { readonly key: string } } }[];
}

const job: Job = {
  bucket: 'bench',
  table: 'stub',
  feed: 'bench',
  format: 'ndjson',
  charset: 'utf-8',
  gzipped: true,
  inFlight: 16,
  itemsAtOnce: 1,
};

/** A handler around one of the suite's loops, with its clients made when the module loads. */
export function handlerOf(open: OpenCarrier): (event: ObjectEvent) => Promise<number> {
  const opening = Promise.resolve(open(job, {}));
  return async ({ Records }) => (await opening).carry(Records.map(({ s3 }) => s3.object.key));
}
