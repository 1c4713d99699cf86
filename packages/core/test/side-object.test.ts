import { describe, expect, it } from 'vitest';
import { isSideObject } from '../src/plugin.ts';

describe('isSideObject', () => {
  it('knows what tools leave beside files', () => {
    for (const key of ['in/', 'a/b/', 'in_$folder$', 'a/in_$folder$']) {
      expect(isSideObject(key, 0), key).toBe(true);
      expect(isSideObject(key, undefined), key).toBe(true);
    }
    for (const key of [
      '_SUCCESS',
      'out/_SUCCESS',
      '.DS_Store',
      'in/.DS_Store',
      '__MACOSX/._a.csv',
      'in/__MACOSX/._a.csv',
    ]) {
      expect(isSideObject(key, 0), key).toBe(true);
      expect(isSideObject(key, 6148), key).toBe(true);
    }
  });

  it('leaves all else to be carried, files without content included', () => {
    for (const key of [
      'in/a.csv',
      'a',
      'in/_SUCCESS.csv',
      'x_SUCCESS',
      'in/_success',
      'x__MACOSX/a',
      '__MACOSX',
      '_$folder$/a',
    ])
      for (const size of [0, 1, undefined]) expect(isSideObject(key, size), key).toBe(false);
    for (const key of ['in/', 'in_$folder$']) expect(isSideObject(key, 1), key).toBe(false);
  });
});
