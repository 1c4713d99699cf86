import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../docs/decisions/', import.meta.url);
const pages = readdirSync(folder).filter((name) => name !== 'README.md');
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
/** A row of a theme's table: `| [What was chosen](page.md) | status |`. */
const rows = [...read('README.md').matchAll(/^\| \[[^\]]+\]\(([^)]+)\) +\| (.+?) +\|$/gm)].map(([, page, status]) => ({
  page: page!,
  status: status!,
}));

test('the index lists each decision once', () => {
  expect(rows.map(({ page }) => page).toSorted()).toEqual(pages.toSorted());
});

test('the index gives each decision a status, and a superseded one names its successor', () => {
  expect(rows.filter(({ status }) => !/^(accepted|superseded: .+)$/.test(status))).toEqual([]);
});

test('a superseded decision says so in its first lines', () => {
  const silent = rows.filter(
    ({ page, status }) => status !== 'accepted' && !/superseded|overturned/i.test(read(page).slice(0, 300)),
  );
  expect(silent).toEqual([]);
});
