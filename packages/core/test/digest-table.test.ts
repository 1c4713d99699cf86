import { expect, it } from 'vitest';
import { digestKey, DigestTable } from '../src/operate/digest-table.ts';

it('keeps a number for each text, however many there are, and the last one', async () => {
  const table = new DigestTable();
  const keys = await Promise.all(Array.from({ length: 5000 }, (_, index) => digestKey([`text ${index}`])));
  for (const [index, key] of keys.entries()) {
    expect(table.get(key)).toBeUndefined();
    table.set(key, index % 255);
  }
  table.set(keys[7]!, 0);
  expect(table.size).toBe(5000);
  expect(keys.every((key, index) => table.get(key) === (index === 7 ? 0 : index % 255))).toBe(true);
  expect(table.get(await digestKey(['text', ' 1']))).toBeUndefined();
});

it('tells keys apart that share a place, and lists that join to the same text', async () => {
  const table = new DigestTable();
  for (let word = 0; word < 4; word += 1)
    table.set(Uint32Array.of(1, word === 1 ? 9 : 0, word === 2 ? 9 : 0, word === 3 ? 9 : 0), word);
  expect(table.size).toBe(4);
  expect(table.get(Uint32Array.of(1, 0, 9, 0))).toBe(2);
  expect(table.get(Uint32Array.of(1, 9, 9, 0))).toBeUndefined();
  expect(await digestKey(['a', 'b'])).not.toEqual(await digestKey(['ab']));
});
