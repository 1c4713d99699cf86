import { gzipSync } from 'node:zlib';
import { decompressorCases } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { gunzip } from '../src/index.ts';
import { ENGINES } from './drive.ts';
import { member, records, samples } from './gzip-file.ts';

describe.each(ENGINES)('the conformance cases, with engine %s', { timeout: 60_000 }, (engine) => {
  const good = Object.entries(samples()).map(([name, { payload, file }]) => ({
    name,
    input: file,
    outputs: [payload],
  }));
  const file = member(Buffer.from(records(20)));
  const damaged = Buffer.from(file);
  damaged[file.length - 5]! ^= 1;
  const cases = decompressorCases({
    create: () => gunzip({ engine }),
    // Zeros are the worst that deflate can do: about a thousandfold.
    expansion: { input: gzipSync(Buffer.alloc(64 * 1024 * 1024)), outputLength: 64 * 1024 * 1024 },
    endless: [
      {
        name: 'a header without an end',
        first: Buffer.from('1f8b0808000000000003', 'hex'),
        chunk: Buffer.alloc(65_536, 97),
      },
    ],
    samples: [
      ...good,
      { name: 'nothing', input: Buffer.alloc(0), error: 'GZIP_TRUNCATED' },
      { name: 'cut short', input: file.subarray(0, -3), error: 'GZIP_TRUNCATED' },
      { name: 'damaged', input: damaged, error: 'GZIP_CHECKSUM' },
      { name: 'text behind', input: Buffer.concat([file, Buffer.from('text')]), error: 'GZIP_TRAILING_DATA' },
    ],
  });
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one.run] as const))('%s', (_, run) => run());
});
