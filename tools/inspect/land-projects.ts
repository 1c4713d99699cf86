import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createLandingTable } from '@millrace/dynamodb';
import { startLocalAws } from '@millrace/local';
import { memorySink } from '@millrace/testkit';
import type { Feed, Rejection, RunReport } from '@millrace/core';
import type { S3Ref } from '@millrace/s3';

export interface LandedProject {
  readonly folder: string;
  readonly bytes: Uint8Array;
  readonly read: number;
  readonly sample: { readonly name: string; readonly truth: { readonly file: string } };
}

export interface Landing {
  readonly landed: number;
  /** Rows in the table, which are as many as the runs wrote. */
  readonly rows: number;
  /** Samples with more records than the local table takes in reasonable time. */
  readonly tooMany: number;
  readonly failed: readonly string[];
}

const MOST_RECORDS = 25_000;
const BUCKET = 'samples';
const TABLE = 'landing_table';

/** Runs the feed of each project from the local S3 into the local DynamoDB, and counts what arrived. */
export async function landProjects(projects: readonly LandedProject[]): Promise<Landing> {
  const aws = await startLocalAws();
  Object.assign(process.env, aws.env);
  const s3 = new S3Client({ forcePathStyle: true });
  const dynamodb = new DynamoDBClient();
  try {
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await createLandingTable({ table: TABLE });
    const failed: string[] = [];
    let [landed, written, tooMany] = [0, 0, 0];
    for (const project of projects) {
      if (project.read > MOST_RECORDS) {
        tooMany += 1;
        continue;
      }
      const outcome = await land(project, s3).catch((error: unknown) => ({ rows: 0, problem: String(error) }));
      written += outcome.rows;
      if (outcome.problem === undefined) landed += 1;
      else failed.push(`${project.sample.truth.file}: not landed: ${outcome.problem}`);
    }
    const rows = await countRows(dynamodb);
    if (rows !== written) failed.push(`The table has ${rows} rows, and ${written} were written.`);
    return { landed, rows, tooMany, failed };
  } finally {
    s3.destroy();
    dynamodb.destroy();
    await aws.stop();
  }
}

interface Outcome {
  readonly rows: number;
  readonly problem: string | undefined;
}

async function land({ folder, bytes, sample }: LandedProject, s3: S3Client): Promise<Outcome> {
  const key = `${folder.split('/').at(-1)}/${sample.name}`;
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: bytes }));
  const module = (await import(pathToFileURL(join(folder, 'src/feed.ts')).href)) as Readonly<Record<string, unknown>>;
  const feed = Object.values(module).find(
    (one): one is Feed<S3Ref> => typeof (one as Partial<Feed<S3Ref>>).run === 'function',
  )!;
  const report = await feed.run([{ bucket: BUCKET, key }], {
    quarantine: memorySink<Rejection>({ name: 'rejected' }),
    maxRejections: { count: 1_000_000, share: 1 },
    allRejected: 'accept',
    expect: { records: { min: 0 } },
  });
  return { rows: report.totals.written, problem: problemOf(report) };
}

function problemOf({ outcome, totals, reports: [object] }: RunReport): string | undefined {
  const { read, written, rejected } = totals;
  if (outcome !== 'complete') return `${outcome}: ${object?.error?.code} ${object?.error?.message}`;
  const codes = JSON.stringify(object?.rejections);
  if (written === 0 && read > 0) return `none of ${read} records was written: ${codes}`;
  return rejected > read / 2 ? `${rejected} of ${read} records were rejected: ${codes}` : undefined;
}

async function countRows(client: DynamoDBClient): Promise<number> {
  let rows = 0;
  for await (const { Count = 0 } of paginateScan({ client }, { TableName: TABLE, Select: 'COUNT' })) rows += Count;
  return rows;
}
