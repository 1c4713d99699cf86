import { expect, it } from 'vitest';
import { bytes, count, countOf, duration } from '../src/index.ts';

it.each([
  [0, '0'],
  [1234567, '1,234,567'],
])('counts %d as %s', (value, text) => {
  expect(count(value)).toBe(text);
});

it.each([
  [0, '0 objects'],
  [1, '1 object'],
  [2500, '2,500 objects'],
])('counts %d with its noun', (value, text) => {
  expect(countOf(value, 'object')).toBe(text);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [50_801, '50.8 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [81_204_110, '81.2 MB'],
  [5e18, '5000 PB'],
])('writes %d bytes as %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1900, '1.9 s'],
  [9949, '9.9 s'],
  [9950, '10 s'],
  [59_499, '59 s'],
  [60_000, '1 min'],
  [125_000, '2 min 5 s'],
  [11_400_000, '3 h 10 min'],
  [200 * 3_600_000, '8 d 8 h'],
])('writes %d ms as %s', (value, text) => {
  expect(duration(value)).toBe(text);
});
