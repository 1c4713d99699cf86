// Imports every package, compares each with its CommonJS build, and carries records through them all.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { carry } from './carry.cjs';

const require = createRequire(import.meta.url);
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const packages = {};
for (const name of Object.keys(dependencies).filter((one) => one.startsWith('@millrace/'))) {
  packages[name] = await import(name);
  const names = Object.keys(packages[name]).toSorted();
  assert.deepEqual(
    Object.keys(require(name)).toSorted(),
    names,
    `${name}: import and require must give the same names`,
  );
}
await carry(packages);
