import { expect, it } from 'vitest';
import { runDemo } from './demo.ts';
import { brokenFile, supplierFiles } from './supplier-files.ts';
import { terminal } from './terminal.ts';

/** Records of each file: more than a batch of writes, and few enough for a test. */
const RECORDS = 60;

async function printed(isTTY: boolean): Promise<string> {
  let text = '';
  await runDemo({
    files: await supplierFiles(RECORDS),
    broken: await brokenFile(),
    terminal: terminal({ isTTY, write: (more) => void (text += more) }),
  });
  return text;
}

it('prints each count once and true where no terminal is', { timeout: 120_000 }, async () => {
  const text = await printed(false);
  expect(text).toContain('2. Three suppliers deliver 6 files');
  expect(text).toContain('360 records in ');
  expect(text).toContain('read 360 = written 360 + rejected 0 + dropped 0 + skipped 0');
  expect(text).toContain('The ledger knows 6 of 6 objects: 0 records written');
  expect(text).toContain('5. 3 of them come once more');
  expect(text).toContain('3 objects carried again: 180 records written, each onto itself');
  expect(text).toContain('read 500 = written 496 + rejected 4 + dropped 0 + skipped 0');
  expect(text.match(/line \d+ +NDJSON_INVALID /g)).toHaveLength(4);
  expect(text.match(/landing_table holds 360 items/g)).toHaveLength(3);
  expect(text).toMatch(/skyway +60 items\n +atlas +240 items\n +reel +556 items/);
  // Neither a progress line nor an escape sequence.
  for (const part of ['on their way', '\r', '\u001B']) expect(text).not.toContain(part);
});

it('shows progress that never goes down at a terminal', { timeout: 120_000 }, async () => {
  const text = await printed(true);
  const steps = text
    .split('\u001B[1m')
    .map((step) =>
      [...step.matchAll(/([\d,]+) records written; (\d+) objects done, (\d+) on their way/g)].map(([, ...counts]) =>
        counts.map((digits) => Number(digits.replaceAll(',', ''))),
      ),
    );
  for (const step of steps) {
    const records = step.map(([written]) => written!);
    expect(records).toEqual(records.toSorted((a, b) => a - b));
  }
  // The second step delivers six objects of 60 records, the fifth three of them once more.
  for (const [step, objects] of [
    [2, 6],
    [5, 3],
  ] as const) {
    expect(steps[step]!.length).toBeGreaterThan(0);
    for (const [written, done, open] of steps[step]!) {
      expect(written).toBeLessThanOrEqual(objects * RECORDS);
      expect(done! + open!).toBeLessThanOrEqual(objects);
    }
  }
});
