import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inFull } from '../../../test/support/in-full.ts';
import { SHAPES, sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { pricesFile, type RealParts, realParts } from './real-parts.ts';
import { bundleFunctions } from './runtime/bundle-functions.ts';
import { type Answer, type Sandbox, startSandbox } from './runtime/lambda.ts';
import { s3Event, testEvent } from './s3-payload.ts';

// Bundled functions under AWS's own runtime interface client for Node, against a local Runtime API, S3 and DynamoDB. It is
// Lambda's code that loads and calls them; Lambda itself it is not.

const KEYS = ['in/plain.gz', 'in/a b+c%2B/é 日本語.gz'];

/** The function that a carrier invokes, and what it answers where all went well. */
function functionFor(shape: string): { readonly name: string; readonly expected: unknown } {
  if (shape.includes('SQS')) return { name: 'sqs', expected: { batchItemFailures: [] } };
  if (shape.includes('Batch Operations')) {
    return {
      name: 's3Batch',
      expected: expect.objectContaining({ results: [expect.objectContaining({ resultCode: 'Succeeded' })] }),
    };
  }
  return shape.includes('item')
    ? { name: 'distributedMap', expected: expect.objectContaining({ failures: [] }) }
    : { name: 's3', expected: expect.objectContaining({ outcomes: expect.objectContaining({ failed: 0, held: 0 }) }) };
}

const FORMATS = inFull ? (['esm', 'cjs'] as const) : (['esm'] as const);

describe.each(FORMATS)("Lambda's Node runtime, a bundle of %s", (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-runtime-'));
  const sandboxes = new Map<string, Sandbox>();
  let parts: RealParts;
  beforeAll(async () => {
    parts = await realParts();
    await bundleFunctions(folder, format);
  });
  afterAll(async () => {
    for (const sandbox of sandboxes.values()) await sandbox[Symbol.asyncDispose]();
    await parts[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (name: string): Promise<Sandbox> => startSandbox(folder, `index.${name}`, parts.env);
  /** The environment that stays between invocations. */
  const warm = async (name: string): Promise<Sandbox> => {
    const sandbox = sandboxes.get(name) ?? (await start(name));
    sandboxes.set(name, sandbox);
    return sandbox;
  };
  const rowsOf = async (key: string): Promise<number> =>
    (await parts.rows()).filter(({ object }) => object === `s3://${parts.bucket}/${key}`).length;
  const slowFile = (records: number, waitMs: number): Uint8Array =>
    gzipSync(Array.from({ length: records }, (_, n) => `{"sku":"s${n}","waitMs":${waitMs}}\n`).join(''));

  it('carries every shape, cold and warm', async () => {
    const etags = new Map<string, string>();
    for (const key of KEYS) etags.set(key, await parts.put(key, pricesFile(3)));
    for (const [shape, make] of Object.entries(SHAPES)) {
      const { name, expected } = functionFor(shape);
      const sandbox = await warm(name);
      for (const key of KEYS) {
        const { response, error } = await sandbox.invoke(make({ bucket: parts.bucket, key, eTag: etags.get(key)! }));
        expect([shape, key, error, response]).toEqual([shape, key, undefined, expected]);
      }
    }
    // The ledger, which all functions share, took them for the same two objects.
    expect(await Promise.all(KEYS.map(rowsOf))).toEqual([3, 3]);
    const outcomes = [...sandboxes.values()].flatMap(outcomesOf);
    expect(outcomes.toSorted()).toEqual([
      ...KEYS.map(() => 'complete'),
      ...Object.keys(SHAPES)
        .slice(1)
        .flatMap(() => KEYS.map(() => 'duplicate')),
    ]);
  });

  it('acknowledges the test event of S3', async () => {
    expect((await (await warm('s3')).invoke(testEvent(parts.bucket))).error).toBeUndefined();
    expect((await (await warm('sqs')).invoke(sqsEvent(sqsMessage(testEvent(parts.bucket))))).response).toEqual({
      batchItemFailures: [],
    });
  });

  it('tells Lambda of an error, and goes on', async () => {
    const sandbox = await warm('s3');
    const { error } = await sandbox.invoke(s3Event({ bucket: parts.bucket, key: 'gone.gz' }));
    expect(error).toMatchObject({ errorMessage: expect.stringContaining('S3_OBJECT_NOT_FOUND') as string });
    const eTag = await parts.put('after-error.gz', pricesFile(4));
    const next = await sandbox.invoke(s3Event({ bucket: parts.bucket, key: 'after-error.gz', eTag }));
    expect(next.error).toBeUndefined();
    expect(await rowsOf('after-error.gz')).toBe(4);
  });

  it(
    'answers by itself when its time is nearly over, and goes on in the next invocation',
    { timeout: 120_000 },
    async () => {
      const [key, records] = ['slow.gz', 300];
      const eTag = await parts.put(key, slowFile(records, 10));
      const event = sqsEvent(sqsMessage(s3Event({ bucket: parts.bucket, key, eTag }), { messageId: 'slow' }));
      const sandbox = await warm('sqs');
      const answers: Answer[] = [];
      for (let round = 0; round < 12 && (answers.length === 0 || failures(answers.at(-1)!).length > 0); round += 1) {
        // A busy machine may take longer to write what was read: the function is killed later than it is told. It answers
        // by itself, or the test ends here.
        answers.push(await sandbox.invoke(event, 2_500, 60_000));
        expect(answers.at(-1)?.timedOut).toBeUndefined();
      }
      expect(failures(answers[0]!)).toEqual([{ itemIdentifier: 'slow' }]);
      expect(failures(answers.at(-1)!)).toEqual([]);
      expect(await rowsOf(key)).toBe(records);
    },
  );

  it('loses nothing where Lambda kills it in the middle', { timeout: 120_000 }, async () => {
    const key = 'killed.gz';
    const go = join(folder, 'go');
    const records = Array.from({ length: 150 }, (_, n) => ({ sku: `s${n}`, ...(n === 100 && { waitFor: go }) }));
    const eTag = await parts.put(key, gzipSync(records.map((record) => `${JSON.stringify(record)}\n`).join('')));
    const event = s3Event({ bucket: parts.bucket, key, eTag });
    await using killed = await start('s3');
    const cut = killed.invoke(event);
    await vi.waitFor(async () => expect(await rowsOf(key)).toBeGreaterThan(0), { timeout: 60_000 });
    await killed.end('SIGKILL');
    expect((await cut).error?.errorType).toBe('Runtime.ExitError');
    writeFileSync(go, '');

    // Lambda invokes again until the lease of the dead process has expired.
    const sandbox = await warm('s3');
    let answer: Answer = { timedOut: true };
    for (let round = 0; round < 20 && answer.response === undefined; round += 1) {
      answer = await sandbox.invoke(event);
      if (answer.error === undefined) break;
      expect(answer.error.errorMessage).toContain('ITEM_HELD');
      await sleep(500);
    }
    expect(answer.error).toBeUndefined();
    expect(await rowsOf(key)).toBe(150);
  });

  it('is killed where a stage hangs beyond the time-out, and the next environment carries on', async () => {
    const hanging = await parts.put('hanging.gz', slowFile(1, 60_000));
    await using hung = await start('s3');
    const event = s3Event({ bucket: parts.bucket, key: 'hanging.gz', eTag: hanging });
    expect(await hung.invoke(event, 1_500)).toEqual({ timedOut: true });

    await using next = await start('s3');
    const eTag = await parts.put('after-time-out.gz', pricesFile(4));
    const { error } = await next.invoke(s3Event({ bucket: parts.bucket, key: 'after-time-out.gz', eTag }));
    expect(error).toBeUndefined();
    expect(await rowsOf('after-time-out.gz')).toBe(4);
    expect(await rowsOf('hanging.gz')).toBe(0);
  });

  it('tells Lambda why a function does not start', async () => {
    await using sandbox = await startSandbox(folder, 'index.missing', parts.env);
    expect((await sandbox.invoke({})).error).toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
  });

  it('ends at a shutdown between invocations', async () => {
    await using sandbox = await start('s3');
    const eTag = await parts.put('last.gz', pricesFile(2));
    await sandbox.invoke(s3Event({ bucket: parts.bucket, key: 'last.gz', eTag }));
    expect(await sandbox.end('SIGTERM')).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await rowsOf('last.gz')).toBe(2);
  });
});

function failures({ response, error }: Answer): readonly unknown[] {
  expect(error).toBeUndefined();
  return (response as { readonly batchItemFailures: readonly unknown[] }).batchItemFailures;
}

/** The outcome of each object in the function's log. */
function outcomesOf({ logs }: Sandbox): readonly string[] {
  const lines = logs()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return lines.map((line) => (JSON.parse(line) as { readonly outcome: string }).outcome);
}
