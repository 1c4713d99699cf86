import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../packed/run-program.ts';
import { CLIENTS } from './download.ts';
import type { SeedPackage } from './package-source.ts';
import { SEED_PACKAGES } from './seed-packages.ts';

const EXTRACT = fileURLToPath(new URL('extract.py', import.meta.url));

/** What became of a package: the number of files, or why there are none. */
export interface Seeded {
  readonly registry: string;
  readonly name: string;
  readonly version: string;
  readonly files?: number;
  readonly missing?: string;
}

/** Downloads the packages and puts their test data below `into`, a folder each. Those that are there are left as they are. */
export async function seedData(into: string): Promise<readonly Seeded[]> {
  const seeded: Seeded[] = [];
  for (const one of SEED_PACKAGES) {
    const { registry, name, version } = one;
    const found = await seed(one, into).catch((error: Error) => error.message.split('\n').slice(0, 3).join(' '));
    const result = typeof found === 'number' ? { files: found } : { missing: found };
    console.log(
      `${registry} ${name} ${version}: ${typeof found === 'number' ? `${found} files` : `MISSING. ${found}`}`,
    );
    seeded.push({ registry, name, version, ...result });
  }
  return seeded;
}

async function seed(one: SeedPackage, into: string): Promise<number | string> {
  const folder = join(into, `${one.registry}-${one.name.replaceAll(/[^\w.-]+/g, '_')}-${one.version}`);
  const stamp = `${folder}.complete`;
  if (existsSync(stamp)) return Number(readFileSync(stamp, 'utf8'));
  const { program, download } = CLIENTS[one.registry];
  const version = program === 'go' ? 'version' : '--version';
  const isThere = await runProgram(program, [version]).then(
    () => true,
    () => false,
  );
  if (!isThere) return `Its registry's client, ${program}, is not installed.`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'millrace-seed-'));
  try {
    const source = await download(one, scratch);
    const count = await runProgram('python3', [EXTRACT, source, folder]);
    writeFileSync(stamp, count);
    return Number(count);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
