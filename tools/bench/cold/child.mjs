// The process whose start is measured: it loads a bundled handler as Lambda would, and invokes it twice with one small object.
// JavaScript, so that nothing but the bundle is loaded.
import { createRequire } from 'node:module';

const [bundle, key] = process.argv.slice(2);
const bucket = { name: 'bench', arn: 'arn:aws:s3:::bench' };
const record = {
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  eventVersion: '2.1',
  eventTime: '2026-11-01T00:00:00.000Z',
  awsRegion: 'us-east-1',
  s3: { s3SchemaVersion: '1.0', bucket, object: { key, size: 1 } },
};
const context = { awsRequestId: 'cold', getRemainingTimeInMillis: () => 60_000 };
const timed = async (work) => {
  const started = performance.now();
  const result = await work();
  return [performance.now() - started, result];
};

const [importMs, { handler }] = await timed(() => createRequire(import.meta.url)(bundle));
const [firstMs] = await timed(() => handler({ Records: [record] }, context));
const [secondMs] = await timed(() => handler({ Records: [record] }, context));
process.stdout.write(JSON.stringify({ importMs, firstMs, secondMs, rssMB: process.memoryUsage.rss() / 1e6 }), () =>
  process.exit(),
);
