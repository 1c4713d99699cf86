import { batches } from './batches.ts';
import { csvRecords } from './csv.ts';
import { itemMaker } from './landed-item.ts';
import { ndjsonRecords, texts } from './lines.ts';
import type { ObjectReader } from './object-body.ts';
import type { Carrier, Job } from '../carrier.ts';

/** Writes one batch of items, and answers those that were not processed. */
export type SendItems = (items: readonly unknown[]) => Promise<readonly unknown[]>;

/** The loop that all floors share: read, make items, send. Only how requests are made differs. */
export function landingCarrier(job: Job, reader: ObjectReader, send: SendItems, close: () => void): Carrier {
  return {
    carry: async (keys) => {
      const requests = batches(job.inFlight, send);
      let count = 0;
      await eachOf(keys, job.itemsAtOnce, async (key) => {
        const { body, etag, lastModified } = await reader.open(key);
        const makeItem = itemMaker({ uri: `s3://${job.bucket}/${key}`, etag, lastModified, feed: job.feed });
        let ordinal = 0;
        for await (const records of recordsOf(body, job)) {
          for (const record of records) {
            const full = requests.add(makeItem(record, ordinal));
            ordinal += 1;
            if (full !== undefined) await full;
          }
        }
        count += ordinal;
      });
      await requests.finish();
      return count;
    },
    close: () => {
      reader.close();
      close();
    },
  };
}

/** Parses all records and does nothing with them. */
export function countingCarrier(
  job: Job,
  reader: Pick<ObjectReader, 'close'> & { readonly open: (key: string) => unknown },
): Carrier {
  return {
    carry: async (keys) => {
      let count = 0;
      await eachOf(keys, job.itemsAtOnce, async (key) => {
        const { body } = (await reader.open(key)) as Awaited<ReturnType<ObjectReader['open']>>;
        for await (const records of recordsOf(body, job)) count += records.length;
      });
      return count;
    },
    close: reader.close,
  };
}

function recordsOf(body: Parameters<typeof texts>[0], job: Job): AsyncIterable<readonly unknown[]> {
  const slices = texts(body, job.gzipped, job.charset);
  return job.format === 'csv' ? csvRecords(slices) : ndjsonRecords(slices);
}

async function eachOf(keys: readonly string[], atOnce: number, work: (key: string) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < keys.length) {
      const key = keys[next]!;
      next += 1;
      await work(key);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, keys.length) }, worker));
}
