import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { targets } from '../tools/bench/targets.ts';

interface Printed {
  readonly ratios: Readonly<Record<string, { readonly measured: { readonly median: number } | null }>>;
  readonly rows: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, { readonly median: number }>>>>>
  >;
  readonly verified?: Readonly<Record<string, readonly string[]>>;
}

/** Runs the suite from source, and answers the object of its last line. */
async function bench(...args: string[]): Promise<Printed> {
  const program = fileURLToPath(new URL('../tools/bench.ts', import.meta.url));
  const command = ['--conditions=@millrace/source', program, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Printed;
}

const VARIANTS = ['floor-sdk', 'floor-signed', 'millrace-sdk', 'document-client'];

describe('pnpm run bench', () => {
  it('sees each record arrive exactly once, the same from floors, Millrace and the document client', async () => {
    const { verified } = await bench(
      '--quick',
      '--verify',
      '--only',
      ['ten-at-once', 'land-300', ...VARIANTS].join(','),
    );
    expect(verified?.['land-300']?.toSorted()).toEqual(VARIANTS.toSorted());
    expect(verified?.['ten-at-once']).toEqual(['floor-sdk', 'millrace-sdk', 'floor-signed']);
  }, 60_000);

  it('ends with one JSON object that has every ratio, and the figures of what ran', async () => {
    const printed = await bench('--quick', '--rounds', '1', '--only', 'count-windows-1252');
    expect(Object.keys(printed.ratios)).toEqual(targets.map(({ name }) => name));
    expect(printed.ratios['lean-over-floor']?.measured).toBeNull();
    const figures = printed.rows['count-windows-1252'];
    expect(Object.keys(figures ?? {})).toEqual(['floor-count', 'millrace-count']);
    for (const figure of Object.values(figures?.['millrace-count'] ?? {})) expect(figure.median).toBeGreaterThan(0);
  }, 60_000);
});
