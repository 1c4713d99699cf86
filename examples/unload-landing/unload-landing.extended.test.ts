import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('every landed record is unloaded once, whether the unload is repeated or stopped', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const output = execFileSync('node', ['--conditions=@millrace/source', main], { encoding: 'utf8' });
  const records = 3201 + 10_000;
  expect(JSON.parse(output.trimEnd().split('\n').at(-1)!)).toEqual({
    landed: records,
    unloaded: records,
    distinct: records,
    equal: records,
    inTheirPartition: true,
    sameObjects: true,
    passedOverAfterStop: true,
    sameAfterStop: true,
  });
}, 120_000);
