import { isDecimal } from '@millrace/core';
import { quoted } from './code.ts';
import type { ProjectNames } from './names.ts';
import type { ReadSample } from './read-sample.ts';

/** What a golden file holds. */
export function goldenFile({ outcome, read, rejections, records }: ReadSample): string {
  return `${JSON.stringify({ outcome, read, rejections, records }, plainValue, 2)}\n`;
}

/** Numbers that JSON does not hold are texts. */
function plainValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' || isDecimal(value) ? String(value) : value;
}

/** Writes the test that compares what the feed reads of the sample with the golden file. */
export function testFile(sample: string, { type, variable }: ProjectNames): string {
  return `import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDecimal, type Rejection } from '@millrace/core';
import { memorySink, memorySource } from '@millrace/testkit';
import { read${type}s } from '../src/feed.ts';
import { ${type} } from '../src/schema.ts';

const sample = new URL(${quoted(`../samples/${encodeURIComponent(sample)}`)}, import.meta.url);
const golden = new URL(${quoted(`../golden/${encodeURIComponent(sample)}.json`)}, import.meta.url);

/** Numbers that JSON does not hold are texts. */
function plainValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' || isDecimal(value) ? String(value) : value;
}

test('${variable}: the sample gives the records of the golden file, and all fit the schema', async () => {
  const name = ${quoted(sample)};
  const sink = memorySink<unknown>({ limits: { count: 1000 } });
  const source = memorySource({ objects: { [name]: [new Uint8Array(readFileSync(sample))] } });
  const report = await read${type}s(source)
    .to(sink)
    .run([{ name }], {
      quarantine: memorySink<Rejection>({ name: 'rejected' }),
      maxRejections: { count: 1_000_000, share: 1 },
      allRejected: 'accept',
      expect: { records: { min: 0 } },
    });
  const found = {
    outcome: report.outcome,
    read: report.totals.read,
    rejections: report.reports[0]?.rejections ?? {},
    records: sink.values().slice(0, 20),
  };
  const text = \`\${JSON.stringify(found, plainValue, 2)}\\n\`;
  // UPDATE_GOLDEN=1 npm test
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
  for (const record of sink.values()) assert.ok(${type}.safeParse(record).success);
});
`;
}
