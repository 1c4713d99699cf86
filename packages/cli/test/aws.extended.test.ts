import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { DeleteTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createLandingTable, createLedgerTable } from '@millrace/dynamodb';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, type CliOptions, type CliResult } from './cli-process.ts';
import { validated } from './validate-output.ts';

const suffix = randomUUID().slice(-12);
const drop = `millrace-drop-${suffix}`;
const kept = `millrace-kept-${suffix}`;
const landing = `millrace-landing-${suffix}`;
const ledger = `millrace-ledger-${suffix}`;
const header = 'sku,amount\n';
const rows = (name: string, count: number): string =>
  Array.from({ length: count }, (_, at) => `${name}-${at},${at}.50\n`).join('');

let at: TestEndpoints;
let s3: S3Client;
let dynamodb: DynamoDBClient;
let here: CliOptions;

beforeAll(async () => {
  at = await endpointsForTests();
  s3 = new S3Client(at.s3);
  dynamodb = new DynamoDBClient(at.dynamodb);
  const { accessKeyId, secretAccessKey } = await s3.config.credentials();
  const endpoint = async (config: { readonly endpoint?: unknown }): Promise<string> => String(config.endpoint);
  here = {
    project: 'aws',
    env: {
      MILLRACE_TEST_SUFFIX: suffix,
      AWS_REGION: await s3.config.region(),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL_S3: await endpoint(at.s3),
      AWS_ENDPOINT_URL_DYNAMODB: await endpoint(at.dynamodb),
    },
  };
});

afterAll(async () => {
  for (const Bucket of [drop, kept]) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
  }
  for (const TableName of [landing, ledger]) await dynamodb.send(new DeleteTableCommand({ TableName }));
  s3.destroy();
  dynamodb.destroy();
  await at[Symbol.asyncDispose]();
});

async function put(key: string, text: string, damage = 0): Promise<void> {
  const body = gzipSync(text);
  await s3.send(new PutObjectCommand({ Bucket: drop, Key: key, Body: body.subarray(0, body.length - damage) }));
}

async function landed(): Promise<number> {
  return (await dynamodb.send(new ScanCommand({ TableName: landing, Select: 'COUNT' }))).Count ?? 0;
}

const run = (...words: readonly string[]): Promise<CliResult> => cli([...words, '--json'], here);

interface Finding {
  readonly level: string;
  readonly subject: string;
  readonly code?: string;
  readonly remedy?: string;
}

/** Each test starts several processes, which takes long on a busy machine. */
const PATIENCE = { timeout: 240_000 };

describe('check --connect', PATIENCE, () => {
  it('finds what is missing, with a remedy for each', async () => {
    const result = await run('check', '--connect');
    const findings = validated('check', result)['findings'] as readonly Finding[];
    expect(result.code).toBe(2);
    const errors = findings.filter(({ level, subject }) => level === 'error' && subject !== 'types');
    expect(errors.map(({ code }) => code).toSorted()).toEqual([
      'DYNAMODB_TABLE_NOT_FOUND',
      'DYNAMODB_TABLE_NOT_FOUND',
      'S3_BUCKET_NOT_FOUND',
      'S3_BUCKET_NOT_FOUND',
    ]);
    const { stdout } = await cli(['check', '--connect'], here);
    expect(stdout).toMatch(/^Feed prices cannot run: \d errors/);
    expect(stdout).toContain('→ Create it with ensureLedgerTable(), or correct its name');
  });

  it('finds a table with another key', async () => {
    await createLandingTable({ table: ledger, client: dynamodb });
    const findings = validated('check', await run('check', '--connect'))['findings'] as readonly Finding[];
    expect(findings).toContainEqual(
      expect.objectContaining({ level: 'error', subject: `ledger: table ${ledger}`, code: 'DYNAMODB_TABLE_DIFFERS' }),
    );
    await dynamodb.send(new DeleteTableCommand({ TableName: ledger }));
  });

  it('is content with what is as it should be, and has written nothing', async () => {
    for (const Bucket of [drop, kept]) await s3.send(new CreateBucketCommand({ Bucket }));
    await createLandingTable({ table: landing, client: dynamodb });
    await createLedgerTable({ table: ledger, client: dynamodb });
    await put('prices/1.csv.gz', header + rows('A', 40));
    const findings = validated('check', await run('check', '--connect'))['findings'] as readonly Finding[];
    const services = findings.filter(({ subject }) => /^(source|sink|ledger|quarantine): /.test(subject));
    expect(services.filter(({ level }) => level === 'ok').map(({ subject }) => subject)).toEqual([
      `source: s3://${drop}/prices/`,
      `source: s3://${drop}/prices/1.csv.gz`,
      `sink: table ${landing}`,
      `ledger: table ${ledger}`,
      `quarantine: s3://${kept}/quarantine/`,
    ]);
    expect(services.filter(({ level }) => level === 'error')).toEqual([]);
    expect(await landed()).toBe(0);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: kept }))).KeyCount).toBe(0);
  });
});

describe('a day of an operator', PATIENCE, () => {
  it('sees in a plan what would be written and what it costs', async () => {
    const json = validated('plan', await run('plan'));
    expect(json).toMatchObject({ exitCode: 0, plan: { feed: 'prices', records: { read: 40 } } });
    expect((await cli(['plan'], here)).stdout).toContain('Feed prices: 1 objects, 40 records read');
    expect(await landed()).toBe(0);
  });

  it('runs what arrived: a good file, one with a bad row, and one that is cut', async () => {
    await put('prices/2.csv.gz', `${header}${rows('B', 20)}B-x,three\n`);
    await put('prices/3.csv.gz', header + rows('C', 3000), 20);
    await put('other/4.csv.gz', header + rows('D', 5));
    const result = await run('run', 'prices', '--concurrency', '2');
    const json = validated('run', result);
    expect(json).toMatchObject({ exitCode: 1, report: { items: { complete: 2, failed: 1 } } });
    const text = await cli(['run', 'prices', `s3://${drop}/prices/3.csv.gz`], here);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/✗ {2}s3:.*3\.csv\.gz/);
    expect(text.stdout).toContain('GZIP_TRUNCATED');
    expect(text.stdout).toContain('Next: npx millrace failed prices');
  });

  it('finds nothing to do for what is done', async () => {
    const json = validated('run', await run('run', 'prices', '--prefix', 'prices/1'));
    expect(json).toMatchObject({ exitCode: 0, report: { items: { duplicate: 1 }, totals: { read: 0 } } });
    const outside = validated('run', await run('run', 'prices', '--prefix', 'other/'));
    expect(outside).toMatchObject({ exitCode: 2, error: { code: 'CLI_ARGUMENT_INVALID' } });
  });

  it('sees what was taken up, what failed, why, and what to do', async () => {
    const status = validated('status', await run('status', '--strict'));
    expect(status).toMatchObject({
      exitCode: 3,
      feeds: [
        { feed: 'prices', objects: 3, statuses: { done: 2, failed: 1 }, rejected: 1, failures: { GZIP_TRUNCATED: 1 } },
      ],
    });
    expect((await cli(['status'], here)).stdout).toMatch(/^3 objects since yesterday: 2 done, 1 failed\.\n/);
    const failed = validated('failed', await run('failed'));
    expect(failed).toMatchObject({ total: 1, objects: [{ object: `s3://${drop}/prices/3.csv.gz`, attempts: 2 }] });
    const { stdout } = await cli(['failed', 'prices'], here);
    expect(stdout).toMatch(
      /^1 object failed in the last 7d\.\n\ns3:.*3\.csv\.gz {2}prices {2}2 deliveries, last .* ago\n/,
    );
    expect(stdout).toContain('✗ GZIP_TRUNCATED  ');
    expect(stdout).toContain(`Next: npx millrace run prices s3://${drop}/prices/3.csv.gz`);
  });

  it('sees what is left, and that reconcile runs it once the supplier has sent it again', async () => {
    const before = validated('reconcile', await run('reconcile', '--dry-run'));
    expect(before['objects']).toEqual([{ object: `s3://${drop}/prices/3.csv.gz`, reason: 'unfinished' }]);
    await put('prices/3.csv.gz', header + rows('C', 30));
    await put('prices/5.csv.gz', header + rows('E', 10));
    const dry = validated('reconcile', await run('reconcile', '--dry-run', '--strict'));
    expect(dry).toMatchObject({
      exitCode: 3,
      objects: [
        { object: `s3://${drop}/prices/3.csv.gz`, reason: 'changed' },
        { object: `s3://${drop}/prices/5.csv.gz`, reason: 'never' },
      ],
    });
    const audit = validated('audit', await run('audit', '--since', '1h'));
    expect(audit).toMatchObject({
      exitCode: 1,
      complete: false,
      reports: [{ feed: 'prices', arrived: 5, statuses: { done: 2, failed: 1, missing: 2 } }],
    });
    const done = validated('reconcile', await run('reconcile'));
    expect(done).toMatchObject({ exitCode: 0, report: { items: { complete: 2 }, totals: { written: 40 } } });
    const { stdout } = await cli(['reconcile'], here);
    expect(stdout).toContain('Everything that is listed is done.');
  });

  it('answers that everything is loaded but the version that was cut, which another one has followed', async () => {
    const { code, stdout } = await cli(['audit', '--since', '1h'], here);
    expect(stdout).toMatch(
      /^1 of 5 objects that arrived in the last 1h is not loaded, except 1 record in quarantine\.\n/,
    );
    expect(stdout).toContain('GZIP_TRUNCATED; overwritten or deleted since');
    expect(code).toBe(1);
    validated('audit', await run('audit', 'prices', '--since', '1h'));
  });

  it('lists by time and share', async () => {
    const of = async (...words: readonly string[]): Promise<unknown> =>
      (validated('run', await run('run', '--dry-run', ...words)) as { report: { items: unknown } }).report.items;
    expect(await of('--since', '1h')).toMatchObject({ complete: 4 });
    expect(await of('--since', 'now')).toMatchObject({ complete: 0 });
    const [one, two] = [await of('--share', '1/2'), await of('--share', '2/2')] as { complete: number }[];
    expect(one!.complete + two!.complete).toBe(4);
  });

  it('backfills only what is not done', async () => {
    await put('prices/6.csv.gz', header + rows('F', 7));
    const json = validated('backfill', await run('backfill', 'prices'));
    expect(json).toMatchObject({ exitCode: 0, report: { items: { complete: 1, duplicate: 0 } } });
  });

  it('sends the bad row to the supplier, and fixes it', async () => {
    const shown = await cli(['quarantine', 'export'], here);
    expect(shown.stdout).toBe('sku,amount\nB-x,three\n');
    const env = { ...here.env, EDITOR: 'sed -i s/three/3.00/' };
    const fixed = await cli(['quarantine', 'edit', '--json'], { ...here, env });
    expect(validated('quarantine edit', fixed)).toMatchObject({ exitCode: 0, reports: [{ delivered: 1 }] });
    expect((await cli(['quarantine', 'ls', '--strict'], here)).code).toBe(0);
  });

  it('deletes the rows of the version that was cut, after a look', async () => {
    const object = `s3://${drop}/prices/3.csv.gz`;
    const all = await landed();
    const dry = validated('purge', await run('purge', object, '--dry-run'));
    const { deleted } = dry['report'] as { readonly deleted: number };
    expect(await landed()).toBe(all);
    const asked = validated('purge', await run('purge', object));
    expect(asked).toMatchObject(deleted > 0 ? { exitCode: 2, error: { code: 'CLI_CONFIRMATION_NEEDED' } } : {});
    const done = validated('purge', await run('purge', object, '--yes'));
    expect(done).toMatchObject({ exitCode: 0, report: { deleted } });
    expect(await landed()).toBe(all - deleted);
    expect(all - deleted).toBe(40 + 21 + 30 + 10 + 7);
  });
});
