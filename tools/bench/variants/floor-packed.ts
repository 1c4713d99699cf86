import type { OpenCarrier } from '../carrier.ts';
import { batches } from '../floor/batches.ts';
import { ndjsonRecords, texts } from '../floor/lines.ts';
import { packMaker } from '../floor/pack.ts';
import { signedServices } from '../floor/signed-table.ts';

/** The floor of packed landing: `records` of an object an item, and otherwise as floor-signed. */
export const open: OpenCarrier = (job, options) => {
  const { reader, send, close } = signedServices(job);
  const length = options['records'] as number;
  return {
    carry: async (keys) => {
      const requests = batches(job.inFlight, async (packs) => send(await Promise.all(packs)));
      let count = 0;
      for (const key of keys) {
        const { body, etag, lastModified } = await reader.open(key);
        const makePack = packMaker({ uri: `s3://${job.bucket}/${key}`, etag, lastModified, feed: job.feed }, length);
        let group: object[] = [];
        let first = 0;
        for await (const records of ndjsonRecords(texts(body, job.gzipped, job.charset))) {
          for (const record of records) {
            if (group.push(record as object) < length) continue;
            const full = requests.add(makePack(group, first));
            first += group.length;
            group = [];
            if (full !== undefined) await full;
          }
        }
        if (group.length > 0) await requests.add(makePack(group, first));
        count += first + group.length;
      }
      await requests.finish();
      return count;
    },
    close: () => {
      reader.close();
      close();
    },
  };
};
