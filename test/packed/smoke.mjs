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
  const manifest = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8'));
  const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'));
  for (const entry of entries.map((one) => name + one.slice('.'.length))) {
    const names = Object.keys(await import(entry)).toSorted();
    assert.deepEqual(
      Object.keys(require(entry)).toSorted(),
      names,
      `${entry}: import and require must give the same names`,
    );
  }
}
// A page loads it as it is.
const reader = readFileSync(new URL(import.meta.resolve('@millrace/dynamodb/unpack')), 'utf8');
assert.doesNotMatch(reader, /^import |\brequire\(|\bBuffer\b(?!\()/m, 'unpack imports nothing');
await carry(packages);
