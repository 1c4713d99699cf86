import type { Counts, ItemReport } from '@millrace/core';
import { countItems, itemsOfFeed } from './landing-table.ts';
import { type LocalStack, startLocalStack, SUPPLIERS, TABLE } from './local-stack.ts';
import type { SupplierFile } from './supplier-files.ts';
import { count, type Terminal } from './terminal.ts';

export interface DemoOptions {
  readonly files: readonly SupplierFile[];
  /** A file with broken lines, which comes after the others. */
  readonly broken: SupplierFile;
  readonly terminal: Terminal;
}

/** What each step works with. */
interface Stage extends DemoOptions {
  readonly stack: LocalStack;
  /** Does something, and returns what became of the objects once every event was handled. */
  readonly carried: (act: () => Promise<void> | void) => Promise<readonly ItemReport[]>;
}

/** Runs the demo's steps one after another. Throws if one of the promises that it prints is not kept. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { heading, line, progress } = options.terminal;
  heading('1. S3 and DynamoDB start on this machine');
  await using stack = await startLocalStack(progress.observer);
  line(`S3        ${stack.aws.s3Endpoint}  buckets ${SUPPLIERS.map((name) => `supplier-${name}`).join(', ')},`);
  line(`${' '.repeat(10 + stack.aws.s3Endpoint.length)}  landing, quarantine`);
  line(`DynamoDB  ${stack.aws.dynamodbEndpoint}  tables ${TABLE}, ledger`);
  const carried: Stage['carried'] = async (act) => {
    progress.begin();
    await act();
    try {
      return await stack.settled();
    } finally {
      progress.end();
    }
  };
  const stage: Stage = { ...options, stack, carried };
  const first = await deliver(stage);
  const before = await account(stage, first);
  await deliverAgain(stage, before);
  await deliverWithoutLedger(stage, before, first);
  await deliverBroken(stage);
  await query(stage);
  heading('Done: nothing lost, nothing twice, and what was broken is in the quarantine.');
}

async function deliver(stage: Stage): Promise<readonly ItemReport[]> {
  const { terminal, files, stack, carried } = stage;
  terminal.heading(`2. Three suppliers deliver ${files.length} files; S3 events do the rest`);
  terminal.line('This is the longest step: a minute or more, as the local DynamoDB is one process in JavaScript.');
  const started = performance.now();
  const reports = await carried(async () => void (await Promise.all(files.map(stack.put))));
  const seconds = (performance.now() - started) / 1000;
  printReports(stage, reports);
  terminal.line('');
  terminal.line(`${count(sum(reports, 'written'))} records in ${seconds.toFixed(1)} s, from event to table.`);
  return reports;
}

/** Returns how many items the table holds. */
async function account({ terminal, stack }: Stage, reports: readonly ItemReport[]): Promise<number> {
  terminal.heading('3. Every record is accounted for');
  proveEquation(terminal, reports);
  const written = sum(reports, 'written');
  const items = await countItems(stack.dynamodb, TABLE);
  if (items !== written) throw new Error(`The table holds ${items} items, but ${written} were written.`);
  terminal.line(`${TABLE} holds ${count(items)} items`);
  return items;
}

async function deliverAgain(stage: Stage, before: number): Promise<void> {
  const { terminal, stack, carried } = stage;
  terminal.heading('4. The same events come a second time');
  const reports = await carried(() => stack.redeliver(stack.aws.deliveries, 'with ledger'));
  const skipped = reports.filter(({ outcome }) => outcome === 'duplicate');
  terminal.line(
    `The ledger knows ${objects(skipped)} of ${objects(reports)} objects: ${count(sum(reports, 'written'))} records written`,
  );
  await assertUnchanged(stage, before);
}

async function deliverWithoutLedger(stage: Stage, before: number, first: readonly ItemReport[]): Promise<void> {
  const { terminal, stack, carried } = stage;
  // The first delivery of each of them: what was delivered again since is in the list, too.
  const events = stack.aws.deliveries.filter(
    ({ bucket, key, repeated }) => bucket === 'landing' && !repeated && /movies|matches|airports/.test(key),
  );
  terminal.heading(`5. ${events.length} of them come once more, to a function that has no ledger`);
  const reports = await carried(() => stack.redeliver(events, 'without ledger'));
  const again = new Set(reports.map(uriOf));
  const written = sum(reports, 'written');
  terminal.line(`${again.size} objects carried again: ${count(written)} records written, each onto itself`);
  const expected = sum(
    first.filter((report) => again.has(uriOf(report))),
    'written',
  );
  if (again.size !== events.length || written !== expected) {
    throw new Error(`${events.length} objects with ${expected} records were to be carried again.`);
  }
  await assertUnchanged(stage, before);
}

async function deliverBroken(stage: Stage): Promise<void> {
  const { terminal, broken, stack, carried } = stage;
  terminal.heading('6. A supplier sends a file with broken lines');
  const reports = await carried(() => stack.put(broken));
  printReports(stage, reports);
  terminal.line('');
  proveEquation(terminal, reports);
  terminal.line('');
  terminal.line('In the quarantine, with location, reason and raw text:');
  const rows: string[][] = [];
  for await (const { line, code, raw } of stack.quarantine.rejections({ feed: 'reel' })) {
    rows.push([`line ${line}`, code, JSON.stringify(String(raw).slice(0, 44))]);
  }
  terminal.table(['where', 'why', 'what'], rows);
}

async function query({ terminal, stack }: Stage): Promise<void> {
  terminal.heading('7. What the table holds of each supplier');
  for (const feed of SUPPLIERS) {
    const { count: items } = await itemsOfFeed(stack.dynamodb, TABLE, { feed, source: '', limit: 0 });
    terminal.line(`${feed.padEnd(7)} ${count(items).padStart(7)} items`);
  }
  const { some } = await itemsOfFeed(stack.dynamodb, TABLE, { feed: 'atlas', source: 'football', limit: 1 });
  terminal.line('');
  terminal.line('One of them:');
  for (const item of some) for (const line of JSON.stringify(item, undefined, 2).split('\n')) terminal.line(line);
}

/** What was delivered again must not have added an item. */
async function assertUnchanged({ terminal, stack }: Stage, before: number): Promise<void> {
  const now = await countItems(stack.dynamodb, TABLE);
  if (now !== before) throw new Error(`A second delivery changed the number of items from ${before} to ${now}.`);
  terminal.line(`${TABLE} holds ${count(now)} items, as before`);
}

function printReports({ terminal, files, broken }: Stage, reports: readonly ItemReport[]): void {
  const formats = new Map([...files, broken].map(({ bucket, key, format }) => [`s3://${bucket}/${key}`, format]));
  terminal.table(
    ['object', 'gzipped', 'holds', 'bytes', 'read', 'written', 'rejected', 'seconds'],
    reports.map((report) => [
      uriOf(report),
      report.bytesIn,
      formats.get(uriOf(report)) ?? '',
      report.bytesDecoded,
      report.read,
      report.written,
      report.rejected,
      Number((report.durationMs / 1000).toFixed(1)),
    ]),
  );
}

function proveEquation({ line }: Terminal, reports: readonly ItemReport[]): void {
  const [read, ...fates] = (['read', 'written', 'rejected', 'dropped', 'skipped'] as const).map((name) => ({
    name,
    records: sum(reports, name),
  }));
  if (read!.records !== fates.reduce((total, { records }) => total + records, 0)) {
    throw new Error('The counts do not add up.');
  }
  line(`read ${count(read!.records)} = ${fates.map(({ name, records }) => `${name} ${count(records)}`).join(' + ')}`);
}

function sum(reports: readonly ItemReport[], name: keyof Counts): number {
  return reports.reduce((total, report) => total + report[name], 0);
}

function objects(reports: readonly ItemReport[]): number {
  return new Set(reports.map(uriOf)).size;
}

function uriOf({ origin, ref }: ItemReport): string {
  return origin?.uri ?? ref;
}
