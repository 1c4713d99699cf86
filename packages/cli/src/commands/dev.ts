import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Feed, type ItemReport, type Quarantine, type Rejection, type Sink, withSink } from '@millrace/core';
import { countOf, explain, printable, table } from '@millrace/terminal';
import { type LocalFeed, type LocalStack, startStack } from '../dev/local-stack.ts';
import { type DroppedFile, watchFolder } from '../dev/watch-folder.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { CommandAction, Shell } from '../shell/shell.ts';

export interface DevOptions {
  readonly folder?: string;
  readonly once?: boolean;
}

/** Rows, and rejections, that are shown of each object. */
const SHOWN = 5;

/** `dev`: S3 and DynamoDB on this machine; files that are dropped into a folder go through the feeds, and their rows are shown. */
export const devCommand: CommandAction<[options: DevOptions]> = async (shell, { folder = 'inbox', once = false }) => {
  const root = resolve(shell.cwd, folder);
  mkdirSync(root, { recursive: true });
  const stack = await startStack(shell);
  const { aws, feeds } = stack;
  try {
    shell.remark(...introduction(stack, root, once));
    const results: DevResult[] = [];
    for await (const file of watchFolder(root, shell.signal, once)) {
      const target = feedFor(file, feeds);
      if (target === undefined) {
        shell.remark(
          `${printable(file.name)} is in no feed's folder: ${feeds.map(({ feed }) => feed.name).join(', ')}.`,
        );
        continue;
      }
      const result = await deliver(shell, stack, target, file);
      printResult(shell, result);
      results.push(result);
    }
    const exitCode = exitOf(results);
    shell.emit({ exitCode, objects: results });
    // Ctrl-C is how it ends.
    return exitCode;
  } finally {
    await aws.stop();
  }
};

interface DevResult {
  readonly feed: string;
  readonly file: string;
  readonly report: ItemReport;
  /** The first rows, as the sink got them. */
  readonly rows: readonly unknown[];
  readonly rejections: readonly Rejection[];
}

function introduction({ aws, feeds }: LocalStack, root: string, once: boolean): readonly string[] {
  const folders = feeds.length === 1 ? root : feeds.map(({ feed }) => `${root}/${feed.name}`).join(', ');
  return [
    `S3 ${aws.s3Endpoint}, DynamoDB ${aws.dynamodbEndpoint}, both in memory`,
    ...(once ? [] : [`Drop files into ${folders}. Ctrl-C ends.`]),
  ];
}

/** A file in a folder of a feed's name is that feed's; others are the only feed's. */
function feedFor({ name }: DroppedFile, feeds: readonly LocalFeed[]): LocalFeed | undefined {
  const [folder] = name.split('/', 1);
  return (
    feeds.find(({ feed }) => feed.name === folder && name.includes('/')) ?? (feeds.length === 1 ? feeds[0] : undefined)
  );
}

/** Puts a file into the feed's bucket, and runs it as its event would. */
async function deliver(
  shell: Shell,
  { aws, config }: LocalStack,
  { feed, bucket, prefix }: LocalFeed,
  { name, path }: DroppedFile,
): Promise<DevResult> {
  const inFolder = name.startsWith(`${feed.name}/`) ? name.slice(feed.name.length + 1) : name;
  const key = `${prefix}${inFolder}`;
  await aws.put({ bucket, key, body: await readFile(path) });
  const rows: unknown[] = [];
  const rejections: Rejection[] = [];
  const { ledger, quarantine, run } = config;
  const report = await watched(feed, rows).run([{ bucket, key }], {
    ...run,
    ...(ledger && { ledger }),
    quarantine: remembering(quarantine, rejections),
    signal: shell.signal,
    onFailure: 'report',
  });
  return { feed: feed.name, file: name, report: report.reports[0]!, rows, rejections };
}

/** The same feed, whose first rows are remembered once the sink has them. */
function watched(feed: Feed<unknown>, rows: unknown[]): Feed<unknown> {
  const { sink } = feed.stages;
  const write: Sink<unknown>['write'] = async (entries, context) => {
    const refusals = (await sink.write(entries, context)) ?? [];
    const refused = new Set(refusals.map(({ position }) => position));
    for (const [position, { value }] of entries.entries()) {
      if (!refused.has(position) && rows.length < SHOWN) rows.push(value);
    }
    return refusals;
  };
  return withSink(feed, { ...sink, write });
}

/** Without a quarantine the first rejection would fail the object; here it is shown. */
function remembering(quarantine: Quarantine | undefined, rejections: Rejection[]): Quarantine {
  const target: Quarantine = quarantine ?? { name: 'screen', write: async () => {} };
  return {
    ...target,
    write: async (entries, context) => {
      for (const { value } of entries) if (rejections.length < SHOWN) rejections.push(value);
      return target.write(entries, context);
    },
  };
}

function printResult(shell: Shell, { file, report, rows, rejections }: DevResult): void {
  const { width, color, paint } = shell;
  const { read, written, rejected, outcome, error } = report;
  const mark = outcome === 'failed' ? paint('bad', '✗') : paint('good', '✓');
  shell.print('', `${mark} ${printable(file)}  ${countOf(read, 'record')}, ${written} written, ${rejected} rejected`);
  if (outcome === 'duplicate') shell.print('  It was complete: the same content changes nothing.');
  if (outcome === 'failed') shell.print(explain(error, { width, color }).replaceAll(/^/gm, '  '));
  if (rows.length > 0) shell.print(...rowTable(rows, { width, color }));
  if (written > rows.length) shell.print(`  … and ${countOf(written - rows.length, 'more row')}`);
  for (const { line, ordinal, code, message } of rejections) {
    const place = line === undefined ? `record ${ordinal}` : `line ${line}`;
    shell.print(`  ${paint('warning', '!')} ${place}  ${code}  ${printable(message)}`);
  }
  if (rejected > rejections.length) shell.print(`  … and ${countOf(rejected - rejections.length, 'more rejection')}`);
}

/** The columns of the first row; what landing adds comes with it. */
function rowTable(
  rows: readonly unknown[],
  options: { readonly width: number; readonly color: boolean },
): readonly string[] {
  const flat = rows.map((row) =>
    typeof row === 'object' && row !== null ? (row as Readonly<Record<string, unknown>>) : { value: row },
  );
  const head = Object.keys(flat[0]!).slice(0, 8);
  return table(
    flat.map((row) => head.map((name) => cell(row[name]))),
    { head, ...options },
  );
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)) ?? '';
}

function exitOf(results: readonly DevResult[]): ExitCode {
  return results.some(({ report: { outcome } }) => outcome === 'failed') ? EXIT.failed : EXIT.success;
}
