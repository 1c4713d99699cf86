import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ItemContext } from '@millrace/core';
import { s3Source, type S3Source } from '@millrace/s3';

/**
 * What reading from S3 costs, against a stub on loopback: each checksum as the SDK validates it and as `s3Source` does, and
 * ranges side by side where each connection is throttled. Variants take turns; medians. The last line is one JSON object.
 *
 *     pnpm run s3-read --rounds 7 --mb 100 --rate 90
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    mb: { type: 'string', default: '100' },
    rate: { type: 'string', default: '90' },
  },
});
const MB = 1_000_000;
const bytes = Number(values.mb) * MB;
const ALGORITHMS = ['none', 'CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];
const COUNTS = [2, 4, 8];

const stub = fork(fileURLToPath(new URL('s3-read/stub.ts', import.meta.url)));
const [{ port }] = (await once(stub, 'message')) as [{ port: number }];
const client = new S3Client({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'stub', secretAccessKey: 'stub' },
});

const context: ItemContext = {
  feed: 'measure',
  run: 'run',
  stage: 's3',
  signal: new AbortController().signal,
  item: { id: 'item', uri: 'item' },
  count: () => {},
  note: () => {},
};

async function bySdk(key: string): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'stub', Key: key }));
  await drain(Body as AsyncIterable<Uint8Array>);
}

async function bySource(source: S3Source, key: string): Promise<void> {
  const item = await source.open({ bucket: 'stub', key }, context);
  await drain(item.chunks(context));
  await item.close?.();
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let length = 0;
  for await (const chunk of chunks) length += chunk.length;
  if (length !== bytes) throw new Error(`${length} bytes arrived instead of ${bytes}`);
}

const plain = s3Source({ client });
const throttled = Number(values.rate) * MB;
const variants: readonly (readonly [string, () => Promise<void>])[] = [
  ...ALGORITHMS.flatMap((algorithm) => [
    [`${algorithm}, SDK`, () => bySdk(`${algorithm}/${bytes}/0`)] as const,
    [`${algorithm}, s3Source`, () => bySource(plain, `${algorithm}/${bytes}/0`)] as const,
  ]),
  ['throttled, one connection', () => bySource(plain, `CRC64NVME/${bytes}/${throttled}`)],
  ...COUNTS.map((count) => {
    const source = s3Source({ client, ranges: { count } });
    return [`throttled, ${count} ranges`, () => bySource(source, `CRC64NVME/${bytes}/${throttled}`)] as const;
  }),
];

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
}

const taken = new Map<string, Measured[]>();
// The first round warms up.
for (let round = 0; round <= Number(values.rounds); round += 1) {
  for (const [name, run] of variants) {
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await run();
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    if (round > 0) taken.set(name, [...(taken.get(name) ?? []), { ms, cpuMs: (user + system) / 1000 }]);
  }
}

const median = (numbers: readonly number[]): number =>
  Math.round(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!);
const table = Object.fromEntries(
  [...taken].map(([name, all]) => [
    name,
    { ms: median(all.map(({ ms }) => ms)), cpuMs: median(all.map(({ cpuMs }) => cpuMs)) },
  ]),
);
console.table(table);
stub.disconnect();
client.destroy();
console.log(JSON.stringify({ mb: bytes / MB, rounds: Number(values.rounds), rateMbPerSecond: throttled / MB, table }));
