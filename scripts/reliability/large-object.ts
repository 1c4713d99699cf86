import { gzipSync } from 'node:zlib';
import type { SampleRecord } from './sample-object.ts';

/** A record of a large object; different for each version of it. */
export function largeRecord(id: number, version = 1): SampleRecord {
  return { id, name: `record ${id}`, amount: (id * 31) % 1009, text: `version ${version}`, tags: ['a', 'b'] };
}

/** A gzipped NDJSON object of so many records. */
export function largeObject(records: number, version = 1): Buffer {
  const lines = Array.from({ length: records }, (_, id) => JSON.stringify(largeRecord(id, version)));
  return gzipSync(lines.join('\n'));
}
