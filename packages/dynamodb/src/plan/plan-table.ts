import type { Plan, PlannedLayout } from './plan.ts';

/**
 * Formats a plan as readable text. Lines have at most 100 characters, except examples.
 *
 * @example
 * console.log(planTable(await plan(prices, refs)));
 */
export function planTable(plan: Plan): string {
  const { records, measured, itemBytes, prices, importFromS3 } = plan;
  const money = (amount: number): string =>
    `${amount === 0 || amount >= 0.01 ? amount.toFixed(2) : amount.toPrecision(1)} ${prices.currency}`;
  const rows = plan.layouts.map((layout) => [
    `${layout.current ? '* ' : '  '}${named(layout)}`,
    whole(layout.items),
    `${whole(layout.writeUnits.value)} ${margin(layout.writeUnits.error)}`,
    `${whole(layout.storedBytes / 1e6)} MB`,
    `${whole(Math.ceil(layout.seconds))} s`,
    money(layout.writePrice),
    money(layout.storagePriceMonth),
  ]);
  const sizes =
    itemBytes === undefined
      ? []
      : [
          `Item sizes: ${whole(itemBytes.min)} to ${whole(itemBytes.max)} bytes, ${whole(itemBytes.mean)} on average.`,
          ...itemBytes.histogram.map(({ upTo, items }) => `  up to ${whole(upTo).padStart(7)} bytes  ${whole(items)}`),
        ];
  return [
    `Feed ${plan.feed}: ${whole(plan.objects)} objects, ${whole(records.read)} records read, ${whole(records.written)} to write.`,
    ...plan.rejections.flatMap(({ stage, code, count, examples }) => [
      `  ${whole(count)} rejected by ${stage}: ${code}`,
      ...examples.map(({ item, line, ordinal, message }) => `    ${item.uri} ${place(line, ordinal)}: ${message}`),
    ]),
    `Measured: ${whole(measured)} records. The margins hold in 19 of 20 samples.`,
    ...sizes,
    `Reading, transforming and measuring took ${plan.seconds.toFixed(1)} s here; carrying takes that long or what the table takes.`,
    ...aligned([['  landing', 'items', 'write units', 'storage', 'table takes', 'writes', 'a month'], ...rows]),
    `DynamoDB's own import from S3 would read ${whole(importFromS3.bytes / 1e6)} MB for ${money(importFromS3.price)}. It is the ` +
      'better tool for a first load into a new table where the files are valid CSV, Ion or DynamoDB JSON with keys of their own.',
    `Prices: ${prices.source}. Indexes, replicas, S3 and Lambda are not in them.`,
  ].join('\n');
}

function named({ records, compress }: PlannedLayout): string {
  return records === 1 ? 'single items' : `packs of ${records}, ${compress}`;
}

function margin(error: number | undefined): string {
  if (error === undefined) return '(sample too small)';
  return error === 0 ? '(exact)' : `± ${(error * 100).toFixed(1)} %`;
}

function place(line: number | undefined, ordinal: number): string {
  return line === undefined ? `record ${ordinal}` : `line ${line}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
}
