import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// The page on delivery names the test that shows each promise. A test that was renamed would leave a promise that nothing shows.

const page = readFileSync('docs/delivery.md', 'utf8');
const named = [...page.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, name]) => name!);
const packages = readdirSync('packages');

describe('docs/delivery.md', () => {
  it('names tests that exist', () => {
    // A name without a folder continues the one before it; `test/x of …` is in several packages.
    let folder = '';
    const missing: string[] = [];
    for (const name of named) {
      const places = name.includes('/')
        ? [name, ...packages.map((one) => join('packages', one, name))]
        : [join(folder, name)];
      const found = places.find((place) => existsSync(place));
      if (found === undefined) missing.push(name);
      else folder = found.slice(0, found.lastIndexOf('/'));
    }
    expect(missing).toEqual([]);
    expect(named.length).toBeGreaterThan(30);
  });

  it('names a test in each row of its tables on who may write and on faults', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('|'));
    const shown = rows.filter((row, index) => {
      const header = rows.slice(0, index).findLast((line) => /^\| (what happens|fault) /.test(line));
      return header?.includes('shown by') === true && !/^\| -+/.test(row) && !/^\| (what happens|fault) /.test(row);
    });
    expect(shown.length).toBeGreaterThan(20);
    const without = shown.filter(
      (row) => !/`(?:packages\/[\w-]+\/test|test\/|[\d.]+)[^`]*`|the same/.test(row.split('|').at(-2)!),
    );
    expect(without).toEqual([]);
  });
});
