import { Readable } from 'node:stream';
import Papa from 'papaparse';
import { countWith } from './count.mjs';

/** By chunks, its fastest way: a stream of rows costs it 1.2 times as much. */
export const open = (job) =>
  countWith(
    job,
    (bytes) =>
      new Promise((resolve, reject) => {
        let records = 0;
        Papa.parse(Readable.from(text(bytes)), {
          header: true,
          skipEmptyLines: true,
          chunk: ({ data }) => {
            records += data.length;
          },
          complete: () => resolve(records),
          error: reject,
        });
      }),
  );

async function* text(bytes) {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
}
