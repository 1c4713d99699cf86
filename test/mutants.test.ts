import { describe, expect, it } from 'vitest';
import { EQUIVALENT, equivalentOf, staleEntries } from '../tools/reliability/mutants/equivalent.ts';
import { findMutants } from '../tools/reliability/mutants/find-mutants.ts';
import { sampleMutants } from '../tools/reliability/mutants/sample-mutants.ts';

const changesOf = (text: string): readonly string[] => findMutants('a.ts', text).map(({ after }) => after);

describe('the mutants of a file', () => {
  it.each<[text: string, changes: readonly string[]]>([
    ['const a = b < c;', ['const a = b <= c;', 'const a = b >= c;']],
    ['const a = b !== c;', ['const a = b === c;']],
    ['if (a) b();', ['if (!(a)) b();', 'if ((true || a)) b();', 'if ((false && a)) b();', 'if (a) ;']],
    ['const a = b && c;', ['const a = (b);', 'const a = (c);']],
    ['await a();', [';', 'a();']],
    ['this.a += b;', [';']],
    ['a++;', [';']],
    ['const a = true;', ['const a = false;']],
    ['const a: true = b;', []],
    ['const a = 1;', ['const a = 2;', 'const a = 0;']],
    ['const a = 0;', ['const a = 1;']],
    ['type A = 1 | 2;', []],
    ['while (true) a(b);', ['while (false) a(b);', 'while (true) ;']],
    ['try { a; } finally { b; }', ['try { a; } finally {}']],
    ['class A extends B { constructor() { super(); } }', []],
  ])('%s', (text, changes) => {
    expect(changesOf(text)).toEqual(changes);
  });

  it('are whole files with one change, which know their line and their function', () => {
    const text = 'function outer() {\n  const inner = () => {\n    run();\n  };\n}\n';
    expect(findMutants('a.ts', text)).toMatchObject([
      { line: 3, within: 'inner', before: 'run();', after: ';', content: text.replace('run();', ';') },
    ]);
  });
});

describe('a sample', () => {
  const text = Array.from({ length: 50 }, (_, index) => `if (a${index}) b${index}();`).join('\n');
  const mutants = findMutants('a.ts', text);

  it('is the same for the same seed, and another one for another', () => {
    const lines = (seed: number): readonly string[] => sampleMutants(mutants, 20, seed).map(({ after }) => after);
    expect(lines(1)).toEqual(lines(1));
    expect(lines(1)).not.toEqual(lines(2));
  });

  it('takes another place each time while there are any, and no mutant twice', () => {
    const places = sampleMutants(mutants, 100, 1).map(({ start }) => start);
    expect(new Set(places).size).toBe(100);
    const all = sampleMutants(mutants, 1000, 1);
    expect(all).toHaveLength(mutants.length);
    expect(new Set(all).size).toBe(mutants.length);
  });
});

describe('survivors that are judged', () => {
  it('have a reason each, and are listed once', () => {
    const keys = EQUIVALENT.map(({ file, within, before, after }) => [file, within, before, after].join('\n'));
    expect(new Set(keys).size).toBe(keys.length);
    for (const { reason, before, after } of EQUIVALENT) {
      expect(reason).toMatch(/^.{15,}\.$/);
      expect(after).not.toBe(before);
    }
  });

  it('are found wherever their line is, and stale once it has changed', () => {
    const [entry] = EQUIVALENT;
    const mutant = { ...findMutants('a.ts', 'a();')[0]!, ...entry!, line: 12_345 };
    expect(equivalentOf(mutant)).toBe(entry);
    expect(equivalentOf({ ...mutant, before: 'another();' })).toBeUndefined();
    expect(equivalentOf({ ...mutant, within: 'elsewhere' })).toBeUndefined();
    expect(staleEntries([entry!.file], [mutant])).not.toContain(entry);
    expect(staleEntries([entry!.file], [{ ...mutant, before: 'another();' }])).toContain(entry);
    expect(staleEntries(['another.ts'], [])).toEqual([]);
  });
});
